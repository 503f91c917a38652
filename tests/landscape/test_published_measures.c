/* labels: validation */
/* Cases 7, 8 and 11: the contest, concentration and structural balance as the kernel and the measures compute
 * them. */
#include <math.h>

#include "kernel/venue_games.h"
#include "landscape/published.h"
#include "math/reduce.h"
#include "measure/structure.h"

static void contest(void **state)
{
    (void)state;
    const char *source = "Tullock 1980, contest success";
    const double exponents[] = {0.5, 1.0, 2.0, 5.0};
    for (size_t k = 0; k < 4; k++) {
        char quantity[64];
        snprintf(quantity, sizeof quantity, "equal efforts, exponent %g", exponents[k]);
        published_number("7", source, quantity, 0.5, qd_contest_success(0.3, 0.3, exponents[k]));
    }
    published_near("7", source, "efforts 3 and 1, exponent 1", 0.75, qd_contest_success(3.0, 1.0, 1.0),
                   1e-15);
    published_near("7", source, "efforts 3 and 1, exponent 2", 0.9, qd_contest_success(3.0, 1.0, 2.0), 1e-15);
    published_number("7", source, "no effort against some", 0.0, qd_contest_success(0.0, 0.2, 2.0));
    published_number("7", source, "some effort against none", 1.0, qd_contest_success(0.2, 0.0, 2.0));
    published_number("7", source, "no effort at all", 0.5, qd_contest_success(0.0, 0.0, 2.0));
    published_number("7", source, "exponent 0", 0.5, qd_contest_success(5.0, 0.1, 0.0));
    for (double p = 0.05; p < 3.0; p *= 1.3)
        for (double q = 0.05; q < 3.0; q *= 1.3)
            assert_true(fabs(qd_contest_success(p, q, 2.0) + qd_contest_success(q, p, 2.0) - 1.0) < 1e-14);
}

/* The symmetric equilibrium of two players with prize 1 and exponent 1: by golden section, each one's best
 * reply to the other's effort, repeated. */
static double best_reply(double other)
{
    double low = 0.0, high = 1.0, ratio = 0.5 * (sqrt(5.0) - 1.0);
    while (high - low > 1e-9) {
        double a = high - ratio * (high - low), b = low + ratio * (high - low);
        if (qd_contest_success(a, other, 1.0) - a > qd_contest_success(b, other, 1.0) - b)
            high = b;
        else
            low = a;
    }
    return 0.5 * (low + high);
}

static void tullock_equilibrium(void **state)
{
    (void)state;
    double effort = 0.1;
    for (int round = 0; round < 40; round++)
        effort = best_reply(effort);
    published_near("7", "Tullock 1980, two players, exponent 1", "equilibrium effort", 0.25, effort, 1e-7);
}

static void concentration(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n;
        double share[5], concentration, effective;
    } cases[] = {
        {"five equal", 5, {0.2, 0.2, 0.2, 0.2, 0.2}, 0.0, 5.0},
        {"one of five", 5, {1.0, 0, 0, 0, 0}, 1.0, 1.0},
        {"two of five", 5, {0.5, 0.5, 0, 0, 0}, 0.612372, 2.0},
        {".5 .3 .2", 3, {0.5, 0.3, 0.2, 0, 0}, 0.264575, 2.631579},
    };
    for (size_t k = 0; k < 4; k++) {
        double found = qd_measure_concentration(cases[k].n, cases[k].share), squares = 0.0;
        for (size_t i = 0; i < cases[k].n; i++)
            squares += cases[k].share[i] * cases[k].share[i];
        published_decimals("8", "Ray and Singer 1973, concentration", cases[k].name, cases[k].concentration,
                           found);
        published_decimals("8", "effective number, 1 / sum s^2", cases[k].name, cases[k].effective,
                           1.0 / squares);
    }
}

/* ---- concentration of the major powers ----------------------------------------------------------------- */

typedef struct {
    int code, from, to;
} spell_t;

/* Spells of major powers that cover the whole year: code, first and last year. */
static size_t read_majors(const char *path, spell_t spell[], size_t room)
{
    char line[256];
    size_t count = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) && count < room) {
        int month, day, end_month, end_day;
        assert_int_equal(sscanf(line, "%d,%d,%d,%d,%d,%d,%d", &spell[count].code, &spell[count].from, &month,
                                &day, &spell[count].to, &end_month, &end_day),
                         7);
        count++;
    }
    fclose(file);
    return count;
}

static bool was_major(const spell_t spell[], size_t spells, int code, int year)
{
    for (size_t k = 0; k < spells; k++)
        if (spell[k].code == code && spell[k].from <= year && year <= spell[k].to)
            return true;
    return false;
}

static double concentration_of(int year, const spell_t spell[], size_t spells, const char *path)
{
    char line[256];
    double share[32], sum = 0.0;
    size_t n = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        int code, when;
        const char *last = strrchr(line, ',');
        if (sscanf(line, "%d,%d", &code, &when) != 2 || when != year || !was_major(spell, spells, code, year))
            continue;
        assert_true(n < 32 && last);
        share[n] = strtod(last + 1, NULL);
        sum += share[n++];
    }
    fclose(file);
    for (size_t i = 0; i < n; i++)
        share[i] /= sum;
    return qd_measure_concentration(n, share);
}

static void major_powers(void **state)
{
    (void)state;
    static const struct {
        int year;
        const char *published;
    } cases[] = {{1820, "0.305"}, {1870, "0.296"}, {1913, "0.238"}, {1938, "0.227"},
                 {1946, "0.452"}, {1970, "0.322"}, {2016, "0.462"}};
    const char *powers = QD_SHARED_DIR "/data/cow_majors.csv", *shares = QD_SHARED_DIR "/data/cow_nmc.csv";
    spell_t spell[64];
    need_file(powers);
    need_file(shares);
    size_t spells = read_majors(powers, spell, 64);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char quantity[64], found[32];
        snprintf(quantity, sizeof quantity, "concentration of the major powers, %d", cases[k].year);
        snprintf(found, sizeof found, "%.3f", concentration_of(cases[k].year, spell, spells, shares));
        published_text("8", "Correlates of War, NMC 7.0", quantity, cases[k].published, found);
    }
}

/* ---- balance ------------------------------------------------------------------------------------------- */

static double balance_of(size_t n, const double matrix[])
{
    double sizes[16] = {0}, affinity[16 * 16] = {0}, scratch[16];
    size_t padded = qd_padded(n);
    for (size_t i = 0; i < n; i++) {
        sizes[i] = 1.0 + (double)i;
        for (size_t j = 0; j < n; j++)
            affinity[i * padded + j] = i == j ? 0.0 : matrix[i * n + j];
    }
    return qd_measure_balance(n, padded, sizes, affinity, scratch);
}

static void balance(void **state)
{
    (void)state;
    const char *source = "Cartwright and Harary 1956, balance";
    double matrix[64];
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++)
            matrix[i * 8 + j] = 0.4;
    published_near("11", source, "harmony of eight", 1.0, balance_of(8, matrix), 1e-15);
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++)
            matrix[i * 8 + j] = (i < 3) == (j < 3) ? 0.7 : -0.2;
    published_near("11", source, "two camps of three and five", 1.0, balance_of(8, matrix), 1e-15);
    for (size_t k = 0; k < 9; k++)
        matrix[k] = -1.0;
    published_near("11", source, "all-hostile triangle", -1.0, balance_of(3, matrix), 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contest),       cmocka_unit_test(tullock_equilibrium),
        cmocka_unit_test(concentration), cmocka_unit_test(major_powers),
        cmocka_unit_test(balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
