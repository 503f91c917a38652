/* Wrong landscape and power files: the messages and their places. */
#include <math.h>

#include "landscape/files.h"
#include "landscape/published.h"

typedef struct {
    const char *text, *expected;
} wrong_t;

static const char *landscape_messages(const char *text, qd_error_t *error)
{
    qd_yaml_t *document = NULL;
    qd_landscape_t *self = NULL;
    *error = QD_ERROR_NONE;
    if (qd_yaml_parse(text, strlen(text), "f.yaml", &document, error) == QD_OK) {
        assert_int_equal(qd_landscape_read(document, QD_BINARY_DIR "/", &self, error), QD_ERROR_INPUT);
        assert_null(self);
    }
    qd_yaml_free(document);
    assert_int_equal(qd_exit_status(error->status), 2);
    return error->text;
}

static const char *power_messages(const char *text, qd_error_t *error)
{
    qd_yaml_t *document = NULL;
    qd_power_t *self = NULL;
    *error = QD_ERROR_NONE;
    if (qd_yaml_parse(text, strlen(text), "f.yaml", &document, error) == QD_OK) {
        assert_int_equal(qd_power_read(document, &self, error), QD_ERROR_INPUT);
        assert_null(self);
    }
    qd_yaml_free(document);
    assert_int_equal(qd_exit_status(error->status), 2);
    return error->text;
}

#define TWO "rule: two-camps\nmethod: exact\nactors: {A: 1, B: 2}\n"

static const wrong_t landscapes[] = {
    {TWO "propensity: [[0, -1], [2, 0]]\n",
     "f.yaml:4:24: found 2 for B with A but -1 for A with B; expected a symmetric matrix\n"},
    {TWO "propensity: [[0, .nan], [1, 0]]\n",
     "f.yaml:4:18: found `.nan` for `propensity`; expected a finite number\n"},
    {TWO "propensity: [[0, inf], [1, 0]]\n",
     "f.yaml:4:18: found `inf` for `propensity`; expected a finite number\n"},
    {TWO "propensity: [[0, 1], [1, 3]]\n",
     "f.yaml:4:26: found `3` for `propensity`; expected 0 for B with itself\n"},
    {TWO "propensity: [[0, 1]]\n", "f.yaml:4:13: found 1 row; expected 2, one for each actor\n"},
    {TWO "propensity: [[0, 1], [1, 0, 2]]\n",
     "f.yaml:4:22: found 3 numbers in the row of B; expected 2, one for each actor\n"},
    {TWO "propensity: {A: 1}\n", "f.yaml:4:13: found a mapping for `propensity`; expected a list of rows\n"},
    {TWO "propensity: [1, 2]\n", "f.yaml:4:14: found `1` for `propensity`; expected a row of numbers\n"},
    {TWO, "f.yaml:1:1: found neither `propensity` nor `ties`; expected one of them\n"},
    {TWO "propensity: [[0, 1], [1, 0]]\nties: x.csv\n",
     "f.yaml:5:1: found both `propensity` and `ties`; expected one of them\n"},
    {"rule: two-camps\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:2:1: found `propensity` without `actors`; expected the actors of its rows\n"},
    {"rule: three-camps\nactors: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:1:7: found `three-camps` for `rule`; expected `two-camps` or `blocs` (did you mean "
     "`two-camps`?)\n"},
    {"rule: blocs\nmethod: guess\nactors: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:2:9: found `guess` for `method`; expected `exact` or `search`\n"},
    {"actors: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n", "f.yaml:1:1: found no `rule`; expected one\n"},
    {"rule: blocs\nactors: {A: 1, B: 0}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:2:19: found `0` for `B`; expected a size above 0\n"},
    {"rule: blocs\nactors: {A: 1, B: -2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:2:19: found `-2` for `B`; expected a size above 0\n"},
    {"rule: blocs\nactors: {}\npropensity: []\n", "f.yaml:2:9: found 0 actors; expected 1 to 2048\n"},
    {"rule: blocs\nactors: {A: 1e-200, B: 1e-200}\npropensity:\n- [0, -1]\n- [-1, 0]\n",
     "f.yaml:4:7: found sizes 1e-200 and 1e-200 and propensity -1 of A and B, whose product is too small for "
     "a "
     "double; expected other units\n"},
    {"rule: two-camps\nactors: {A: 1, B: 1e-200, C: 1e-110}\n"
     "propensity: [[0, 0, 1], [0, 0, 0.5], [1, 0.5, 0]]\n",
     "f.yaml:3:32: found sizes 1e-200 and 1e-110 and propensity 0.5 of B and C, whose product is too small "
     "for "
     "a double; expected other units\n"},
    {"rule: two-camps\nactors: {A: 1e200, B: 1e200}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:3:18: found sizes 1e+200 and 1e+200 and propensity 1 of A and B, whose product is too large for "
     "a "
     "double; expected other units\n"},
    {"rule: two-camps\nactors: {A: 1, B: 1}\npropensity: [[0, 1e308], [1e308, 0]]\n",
     "f.yaml:3:13: found products of sizes and propensities that add up to more than a double holds; "
     "expected "
     "other units\n"},
    {"rule: two-camps\nactors: {A: 1e400, B: 1}\npropensity: [[0, 1e999], [1, 0]]\n",
     "f.yaml:2:13: found `1e400` for `A`; expected a number within the range of doubles, 1.8e+308 at most\n"},
    {"rule: blocs\nactors: [A, B, A]\npropensity: [[0]]\n",
     "f.yaml:2:16: found `A` for `actors`; expected every name once\n"},
    {"rule: blocs\nactors: A\npropensity: [[0]]\n",
     "f.yaml:2:9: found `A` for `actors`; expected a mapping of names to sizes\n"},
    {"rule: blocs\nmethod: search\nstarts: 0\nactors: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:3:9: found `0` for `starts`; expected a whole number from 1 to 100000000\n"},
    {"rule: blocs\nmethod: search\nseed: -1\nactors: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:3:7: found `-1` for `seed`; expected a whole number from 0 to 18446744073709551615\n"},
    {"rule: blocs\nactor: {A: 1, B: 2}\npropensity: [[0, 1], [1, 0]]\n",
     "f.yaml:2:1: found the unknown key `actor`; expected one of: name, about, rule, method, starts, seed, "
     "actors, "
     "propensity, ties (did you mean `actors`?)\n"
     "f.yaml:3:1: found `propensity` without `actors`; expected the actors of its rows\n"},
    {"rule: blocs\nties: no-such-file.csv\n",
     QD_BINARY_DIR "/no-such-file.csv: cannot be read: No such file or directory\n"},
    {"- 1\n", "f.yaml:1:1: found a list; expected a mapping with `rule`, `actors`, ...\n"},
};

static void wrong_landscapes(void **state)
{
    (void)state;
    qd_error_t error;
    for (size_t k = 0; k < sizeof landscapes / sizeof *landscapes; k++)
        assert_string_equal(landscape_messages(landscapes[k].text, &error), landscapes[k].expected);
}

static void too_large(const char *rule, size_t n, const char *expected)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "rule: %s\nmethod: exact\nactors: [", rule);
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%sS%zu", i ? ", " : "", i);
    used += (size_t)snprintf(text + used, sizeof text - used, "]\npropensity:\n");
    for (size_t i = 0; i < n; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "  - [0");
        for (size_t j = 1; j < n; j++)
            used += (size_t)snprintf(text + used, sizeof text - used, ",0");
        used += (size_t)snprintf(text + used, sizeof text - used, "]\n");
    }
    qd_error_t error;
    assert_string_equal(landscape_messages(text, &error), expected);
}

static void too_large_for_exact(void **state)
{
    (void)state;
    too_large("two-camps", 37,
              "f.yaml:2:9: 37 actors are too many for `method: exact` with `rule: two-camps`, which visits "
              "all 2^(n-1) "
              "configurations (at most 36 actors); use `method: search`\n");
    too_large("blocs", 23,
              "f.yaml:2:9: 23 actors are too many for `method: exact` with `rule: blocs`, which weighs "
              "3^(n-1)/2 blocs "
              "against each other (at most 22 actors); use `method: search`\n");
}

/* Pairs without a propensity may have sizes whose product underflows. */
static void small_strangers(void **state)
{
    (void)state;
    const char *text = "rule: two-camps\nactors: {A: 1e-200, B: 1e-200, C: 1}\n"
                       "propensity: [[0, 0, 1], [0, 0, -1], [1, -1, 0]]\n";
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document;
    qd_landscape_t *self;
    assert_int_equal(qd_yaml_parse(text, strlen(text), "f.yaml", &document, &error), QD_OK);
    assert_int_equal(qd_landscape_read(document, "", &self, &error), QD_OK);
    qd_landscape_free(self);
    qd_yaml_free(document);
}

/* ---- ties ---------------------------------------------------------------------------------------------- */

static const wrong_t ties[] = {
    {"a,b,sign\nX,Y,1\nX,Y,-1\n",
     "3:1: found `X,Y`; expected each pair once (it stands in line 2 already)\n"},
    {"a,b,sign\nX,Y,1\nY,X,1\n", "3:1: found `Y,X`; expected each pair once (it stands in line 2 already)\n"},
    {"a,b,sign\nX,X,1\n", "2:3: found `X`; expected a tie between two different actors\n"},
    {"a,b,sign\nX,Y,nan\n", "2:5: found `nan`; expected a sign, 1 or -1 (or another number but 0)\n"},
    {"a,b,sign\nX,Y,0\n", "2:5: found `0`; expected a sign, 1 or -1 (or another number but 0)\n"},
    {"a,b,sign\nX,Y,1x\n", "2:5: found `1x`; expected a sign, 1 or -1 (or another number but 0)\n"},
    {"a,b,sign\nX,Y,\n", "2:5: found ``; expected a sign, 1 or -1 (or another number but 0)\n"},
    {"a,b,sign\nX,Y\n", "2:1: found `X,Y`; expected three fields, as in `Ann,Bob,-1`\n"},
    {"a,b,sign\nX,Y,1,2\n", "2:1: found `X,Y,1,2`; expected three fields, as in `Ann,Bob,-1`\n"},
    {"a,b,sign\n,Y,1\n", "2:1: found ``; expected the name of an actor\n"},
    {"a;b;sign\nX,Y,1\n", "1:1: found `a;b;sign`; expected the header `a,b,sign`\n"},
    {"X,Y,1\n", "1:1: found `X,Y,1`; expected the header `a,b,sign`\n"},
    {"a,b,sign\n", "2:1: found `no ties`; expected at least one tie\n"},
    {"", "1:1: found ``; expected the header `a,b,sign`\n"},
    {"a,b,sign\n\"A,B,1\n", "2:1: found `\"A,B,1`; expected a quote that closes this one\n"},
    {"a,b,sign\nX,\"Y\" Z,1\n", "2:3: found `\"Y\" Z,1`; expected a comma after the closing quote\n"},
    {"\"a,b,sign\n", "1:1: found `\"a,b,sign`; expected a quote that closes this one\n"},
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void wrong_ties(void **state)
{
    (void)state;
    const char *path = QD_BINARY_DIR "/wrong_ties.csv";
    qd_error_t error;
    for (size_t k = 0; k < sizeof ties / sizeof *ties; k++) {
        char expected[512];
        write_file(path, ties[k].text);
        snprintf(expected, sizeof expected, "%s:%s", path, ties[k].expected);
        assert_string_equal(landscape_messages("rule: blocs\nties: wrong_ties.csv\n", &error), expected);
    }
    remove(path);
}

static void unknown_actor(void **state)
{
    (void)state;
    const char *path = QD_BINARY_DIR "/unknown_actor.csv";
    qd_error_t error;
    write_file(path, "a,b,sign\nX,Y,1\nX,Z,-1\n");
    assert_string_equal(
        landscape_messages("rule: blocs\nactors: {X: 1, Y: 2}\nties: unknown_actor.csv\n", &error),
        QD_BINARY_DIR "/unknown_actor.csv:3:3: found `Z`; expected a name that stands under `actors`\n");
    remove(path);
}

/* Byte order mark, line ends of other systems, blank lines, quotes, and an actor without ties. */
static void lenient_ties(void **state)
{
    (void)state;
    const char *path = QD_BINARY_DIR "/lenient_ties.csv";
    const char *text = "rule: blocs\nactors: ['Korea, \"South\"', Y, Z]\nties: lenient_ties.csv\n";
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document;
    qd_landscape_t *self;
    write_file(path, "\xEF\xBB\xBF"
                     "a,b,\"sign\"\r\n\r\n\"Korea, \"\"South\"\"\", Y ,-1\r\n \t\r\n");
    assert_int_equal(qd_yaml_parse(text, strlen(text), "f.yaml", &document, &error), QD_OK);
    assert_int_equal(qd_landscape_read(document, QD_BINARY_DIR "/", &self, &error), QD_OK);
    assert_int_equal(self->actors, 3);
    assert_true(self->propensity[1] == -1.0 && self->propensity[3] == -1.0 && self->propensity[2] == 0.0);
    qd_landscape_free(self);
    qd_yaml_free(document);
    remove(path);
}

/* ---- power --------------------------------------------------------------------------------------------- */

static const wrong_t powers[] = {
    {"members: {A: 1, B: 2}\nquota: 4\n", "f.yaml:2:8: found `4` for `quota`; expected at most 3, the sum of "
                                          "the weights: no coalition could win\n"},
    {"members: {A: 1, B: 2}\nquota: 0\n", "f.yaml:2:8: found `0` for `quota`; expected a quota above 0\n"},
    {"members: {A: 1, B: 2}\nquota: .nan\n",
     "f.yaml:2:8: found `.nan` for `quota`; expected a finite number\n"},
    {"members: {A: 1, B: -2}\nquota: 1\n",
     "f.yaml:1:20: found `-2` for `B`; expected a number not below 0\n"},
    {"members: {A: 1, B: 2}\n", "f.yaml:1:1: found no `quota`; expected one\n"},
    {"quota: 2\n", "f.yaml:1:1: found no `members`; expected one\n"},
    {"members: {Alice: 1, Bob: 2}\nquota: 2\nveto: [Alise]\n",
     "f.yaml:3:8: found `Alise`, who is no member; expected one (did you mean `Alice`?)\n"},
    {"members: {A: 1, B: 2}\nquota: 2\nveto: [A, A]\n",
     "f.yaml:3:11: found `A` for `veto`; expected every name once\n"},
    {"members: {A: 1, B: 2}\nquota: 2\nveto: A\n",
     "f.yaml:3:7: found `A` for `veto`; expected a list of members\n"},
    {"members: {A: 1, A: 2}\nquota: 2\n",
     "f.yaml:1:17: found the key `A` again; expected it once (it stands in line 1 already)\n"},
    {"rules: []\n", "f.yaml:1:8: found 0 rules; expected 1 to 7\n"},
    {"rules: 3\n", "f.yaml:1:8: found `3` for `rules`; expected a list of rules\n"},
    {"rules: [1]\n",
     "f.yaml:1:9: found `1` for `rules`; expected {weights: {NAME: WEIGHT, ...}, quota: Q}\n"},
    {"rules: [{weights: {}, quota: 1}]\n",
     "f.yaml:1:8: found no members in the rules; expected at least one\n"},
    {"quota: 1\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:1: found `quota` without `members`; expected their weights\n"},
    {"members: {A: 1}\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:1: found weights without `quota`; expected one\n"},
    {"members: A\nquota: 1\n",
     "f.yaml:1:10: found `A` for `members`; expected a mapping of names to weights\n"},
    {"members: A\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:10: found `A` for `members`; expected a mapping of names to weights\n"},
    {"members: []\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:10: found no members; expected at least one\n"},
    {"members: [A, A]\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:14: found `A` for `members`; expected every name once\n"},
    {"members: [[A]]\nrules: [{weights: {A: 1}, quota: 1}]\n",
     "f.yaml:1:11: found a list for `members`; expected a text\n"},
    {"members: {A: 1}\nquota: 1\nveto: [[A]]\n", "f.yaml:3:8: found a list for `veto`; expected a text\n"},
    {"- 1\n", "f.yaml:1:1: found a list; expected a mapping with `members`, `quota`, ...\n"},
    {"rules: [{weights: {A: 1}}]\n", "f.yaml:1:9: found no `quota` in `rules`; expected one\n"},
    {"rules: [{weights: {A: 1, B: 1}, quota: 3}]\n", "f.yaml:1:40: found `3` for `quota`; expected at most "
                                                     "2, the sum of the weights: no coalition could win\n"},
    {"members: [A, B]\nrules: [{weights: {A: 1, C: 1}, quota: 2}]\n",
     "f.yaml:2:26: found `C`, who is no member; expected one\n"},
    {"member: {A: 1}\nquota: 1\n", "f.yaml:1:1: found the unknown key `member`; expected one of: name, "
                                   "about, members, quota, rules, veto (did you "
                                   "mean `members`?)\n"
                                   "f.yaml:1:1: found no `members`; expected one\n"},
    {"rules:\n- {wieghts: {A: 1}, quota: 1}\n- {weights: {A: 1}, qouta: 1}\n",
     "f.yaml:2:3: found no `weights` in `rules`; expected one\n"
     "f.yaml:2:4: found the unknown key `wieghts`; expected one of: weights, quota (did you mean "
     "`weights`?)\n"
     "f.yaml:3:3: found no `quota` in `rules`; expected one\n"
     "f.yaml:3:21: found the unknown key `qouta`; expected one of: weights, quota (did you mean `quota`?)\n"},
    {"members: {A: 9007199254740993, B: 4503599627370496.5}\nquota: 1e-400\n",
     "f.yaml:1:14: found `9007199254740993` for `A`; expected a number that a double holds exactly, or one "
     "with an exponent, which is rounded\n"
     "f.yaml:1:35: found `4503599627370496.5` for `B`; expected a number that a double holds exactly, or one "
     "with an exponent, which is rounded\n"
     "f.yaml:2:8: found `1e-400` for `quota`; expected 0, or a number within the range of doubles, 2.3e-308 "
     "at least\n"},
    {"members: {A: 1e400, B: -1}\nquota: 1e999\n",
     "f.yaml:1:14: found `1e400` for `A`; expected a number within the range of doubles, 1.8e+308 at most\n"
     "f.yaml:1:24: found `-1` for `B`; expected a number not below 0\n"
     "f.yaml:2:8: found `1e999` for `quota`; expected a number within the range of doubles, 1.8e+308 at "
     "most\n"},
    {"rules:\n- {weights: {A: 1}, quota: 1}\n- weights: {A: 1,\n    B: 1e18}\n  quota: 2\n",
     "f.yaml:4:8: found `1e18` for `B`; expected a number below 2^53 = 9007199254740992, for an exact "
     "count\n"},
    {"members: {A: 1, B: 0.12345678901}\nquota: 1\n",
     "f.yaml:1:20: found `0.12345678901` for `B`; expected a number of at most 15 digits, nine of them "
     "decimals, for an exact count\n"},
    {"members: {A: 9000000000000000, B: 0.5}\nquota: 1\n",
     "f.yaml:1:10: found weights that sum to 9e+15; expected weights of fewer digits: all together they are "
     "2^53 = 9007199254740992 or more of their smallest unit, 1e-1, too many for an exact count\n"},
    {"members: {A: 0.1, B: 0.2}\nquota: 0.3000000001\n",
     "f.yaml:2:8: found `0.3000000001` for `quota`; expected at most 0.3, the sum of the weights: no "
     "coalition could win\n"},
};

static void wrong_powers(void **state)
{
    (void)state;
    qd_error_t error;
    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++)
        assert_string_equal(power_messages(powers[k].text, &error), powers[k].expected);
}

/* One member more than can be counted, in a list and in the rules. */
static void too_many_members(void **state)
{
    (void)state;
    for (int in_rules = 0; in_rules < 2; in_rules++) {
        char text[4096], expected[160];
        size_t used = (size_t)snprintf(text, sizeof text, in_rules ? "rules: [{weights: {" : "members: [");
        for (int i = 0; i <= QD_POWER_MEMBERS_MAX; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, in_rules ? "%sM%03d: 1" : "%sM%03d",
                                     i ? ", " : "", i);
        snprintf(text + used, sizeof text - used,
                 in_rules ? "}, quota: 1}]\n" : "]\nrules: [{weights: {M000: 1}, quota: 1}]\n");
        snprintf(expected, sizeof expected,
                 "f.yaml:1:%td: found more than 128 members; expected fewer, for an exact count\n",
                 strstr(text, "M128") - text + (in_rules ? 7 : 1));
        qd_error_t error;
        assert_string_equal(power_messages(text, &error), expected);
    }
}

/* A file with many faults lists the first of them and says how many are left. */
static void many_faults(void **state)
{
    (void)state;
    const char *path = QD_BINARY_DIR "/many_faults.csv";
    char text[1024];
    size_t used = (size_t)snprintf(text, sizeof text, "a,b,sign\n");
    for (int i = 0; i < 27; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "X,Y%d,0\n", i);
    write_file(path, text);
    qd_error_t error;
    const char *said = landscape_messages("rule: blocs\nties: many_faults.csv\n", &error);
    assert_non_null(strstr(said, "many_faults.csv:21:"));
    assert_null(strstr(said, "many_faults.csv:22:"));
    assert_non_null(strstr(said, QD_BINARY_DIR "/many_faults.csv: and 7 more faults\n"));
    remove(path);
}

/* ---- calls of the library, without a reader ------------------------------------------------------------ */

static void numbers_of_a_caller(void **state)
{
    (void)state;
    static const struct {
        size_t actors;
        qd_landscape_method_t method;
        double size, ab, ba;
        uint64_t starts;
        const char *expected;
    } cases[] = {
        {2, QD_METHOD_EXACT, 1.0, 1.0, 1.0, 1, ""},
        {2, QD_METHOD_EXACT, 0.0, 1.0, 1.0, 1, "size of actor 2 is 0; expected a number above 0\n"},
        {2, QD_METHOD_EXACT, INFINITY, 1.0, 1.0, 1, "size of actor 2 is inf; expected a number above 0\n"},
        {2, QD_METHOD_EXACT, 1.0, NAN, 1.0, 1, "the propensity of actors 1 and 2 is not a number\n"},
        {2, QD_METHOD_EXACT, 1.0, 1.0, INFINITY, 1, "the propensity of actors 1 and 2 is not a number\n"},
        {2, QD_METHOD_EXACT, 1.0, 1.0, 2.0, 1,
         "propensities of actors 1 and 2 differ: 1 one way, 2 the other; expected a symmetric matrix\n"},
        {2, QD_METHOD_SEARCH, 1.0, 1.0, 1.0, 0, "starts must be between 1 and 100000000\n"},
        {2, QD_METHOD_SEARCH, 1.0, 1.0, 1.0, QD_STARTS_MAX + 1, "starts must be between 1 and 100000000\n"},
        {0, QD_METHOD_SEARCH, 1.0, 1.0, 1.0, 1, "0 actors; a landscape needs at least one\n"},
        {2049, QD_METHOD_SEARCH, 1.0, 1.0, 1.0, 1, "2049 actors are too many for a search; at most 2048\n"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qd_error_t error = QD_ERROR_NONE;
        qd_landscape_t *self;
        assert_int_equal(qd_landscape_new(cases[k].actors, &self, &error), QD_OK);
        self->method = cases[k].method;
        self->starts = cases[k].starts;
        if (cases[k].actors == 2) {
            self->size[1] = cases[k].size;
            self->propensity[1] = cases[k].ab;
            self->propensity[2] = cases[k].ba;
        }
        assert_int_equal(qd_landscape_check(self, &error), *cases[k].expected ? QD_ERROR_INPUT : QD_OK);
        assert_string_equal(error.text, cases[k].expected);
        qd_landscape_free(self);
    }
}

static void extent_of_a_caller(void **state)
{
    (void)state;
    static const struct {
        size_t members, rules;
        const char *expected;
    } cases[] = {
        {0, 1, "0 members; expected 1 to 128: the coalitions of more cannot be counted exactly\n"},
        {129, 1, "129 members; expected 1 to 128: the coalitions of more cannot be counted exactly\n"},
        {3, 0, "0 rules; expected 1 to 8\n"},
        {3, 9, "9 rules; expected 1 to 8\n"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qd_error_t error = QD_ERROR_NONE;
        qd_power_t *self;
        assert_int_equal(qd_power_new(cases[k].members, cases[k].rules, &self, &error), QD_ERROR_INPUT);
        assert_null(self);
        assert_string_equal(error.text, cases[k].expected);
    }
}

/* More members with larger weights than can be counted: the message names the line of the weights. */
static void uncountable_powers(void **state)
{
    (void)state;
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "name: large\nmembers:\n");
    for (size_t i = 0; i < 60; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  M%zu: %zu\n", i, 1000003 + 7919 * i * i);
    snprintf(text + used, sizeof text - used, "quota: 300000000\n");
    qd_error_t error;
    assert_string_equal(
        power_messages(text, &error),
        "f.yaml:2:1: found 60 members without a veto whose weights make a generating function of 1.13e+11 "
        "bytes; expected at most 1.07e+09, or fewer members (up to about 46 under one rule, 35 under "
        "several, "
        "whatever their weights): round the weights to fewer digits\n");
}

/* A quota that is the sum of the weights in decimals, not in doubles; one member. */
static void exact_quotas(void **state)
{
    (void)state;
    char text[4096];
    qd_error_t error = QD_ERROR_NONE;
    for (size_t n = 1; n <= 128; n++) {
        size_t used = (size_t)snprintf(text, sizeof text, "members:\n");
        for (size_t i = 0; i < n; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "  M%zu: 0.1\n", i);
        snprintf(text + used, sizeof text - used, "quota: %zu.%zu\n", n / 10, n % 10);
        qd_yaml_t *document;
        qd_power_t *self;
        assert_int_equal(qd_yaml_parse(text, strlen(text), "f.yaml", &document, &error), QD_OK);
        assert_int_equal(qd_power_read(document, &self, &error), QD_OK);
        assert_int_equal(self->members, n);
        qd_power_free(self);
        qd_yaml_free(document);
    }
}

/* Two rules, members by first appearance, a member that one rule leaves out. */
static void several_rules(void **state)
{
    (void)state;
    const char *text =
        "rules:\n  - {weights: {A: 3, B: 2, C: 1}, quota: 4}\n  - {weights: {C: 1, D: 1}, quota: 1}\n";
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document;
    qd_power_t *self;
    assert_int_equal(qd_yaml_parse(text, strlen(text), "f.yaml", &document, &error), QD_OK);
    assert_int_equal(qd_power_read(document, &self, &error), QD_OK);
    assert_int_equal(self->members, 4);
    assert_int_equal(self->rules, 2);
    assert_string_equal(self->name[3], "D");
    assert_true(self->rule[0].weight[3] == 0.0 && self->rule[1].weight[0] == 0.0 &&
                self->rule[1].weight[2] == 1.0);
    /* Winning: A with B or C, and C or D: {A,C}, {A,B,C}, {A,B,D} and their supersets. */
    qd_power_index_t index[4];
    assert_int_equal(qd_power_solve(self, index, &error), QD_OK);
    assert_true(index[0].swings == 5.0 / 8 && index[1].swings == 1.0 / 8 && index[2].swings == 3.0 / 8 &&
                index[3].swings == 1.0 / 8);
    qd_power_free(self);
    qd_yaml_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_landscapes),    cmocka_unit_test(too_large_for_exact),
        cmocka_unit_test(small_strangers),     cmocka_unit_test(wrong_ties),
        cmocka_unit_test(unknown_actor),       cmocka_unit_test(lenient_ties),
        cmocka_unit_test(wrong_powers),        cmocka_unit_test(uncountable_powers),
        cmocka_unit_test(exact_quotas),        cmocka_unit_test(several_rules),
        cmocka_unit_test(too_many_members),    cmocka_unit_test(many_faults),
        cmocka_unit_test(numbers_of_a_caller), cmocka_unit_test(extent_of_a_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
