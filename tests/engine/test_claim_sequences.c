/* Claims decided while worlds are added: known answers, open cells, and the evidence of a place. */
#include "engine/sequenced.h"

#include "statistics/interval.h"
#include "support/check.h"

#define ARMS "{more: {institution.target: 1}, less: {institution.target: 0}}"
#define FILE_OF(precision, claims)                                                                           \
    "orders: [unipolar, bipolar]\nparameters: {order.periods: 100}\n"                                        \
    "design: {type: grid, factors: {institution.target: {values: [0, 0.5, 1]}}}\n"                           \
    "precision: {" precision "}\nclaims:\n" claims
#define CONTRAST "  - {id: c, says: x, outcome: survival, contrast: " ARMS "}\n"

static sequenced_t self;

/* 50, and 10 more at target 1 in unipolar orders; the cells of a world share all luck. */
static double plain(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0];
    return 50.0 + (double)(world % 7) + (order == 0 && target == 1.0 ? 10.0 : 0.0);
}

/* The p-value of a difference that is d > 0 in every world, between -100 and 100, by bets: twice the
 * probability bound of either side, over the bets' tenth of alpha. Without a spread no other test
 * decides. */
static double constant_p(double d, double n)
{
    double capital = 0.0;
    for (int k = 0; k < QD_BETS; k++)
        capital += exp(n * log1p((1.0 - 1.0 / 128.0) * pow(2.0, -k / 2.0) * d / 100.0)) / QD_BETS;
    return 20.0 / capital;
}

static void test_decides_each_place(void **state)
{
    (void)state;
    sequenced_open(&self, FILE_OF("claims: all, min_worlds: 1000, max_worlds: 5120", CONTRAST));
    sequenced_run(&self, QD_O_survival, plain);
    qd_place_finding_t mean = found(&self, 0, 0), uni = found(&self, 0, 1), bi = found(&self, 0, 2);
    /* The first look from min_worlds on is at 1024. */
    assert_int_equal(mean.state, QD_PLACE_SUPPORTED);
    assert_int_equal(uni.state, QD_PLACE_SUPPORTED);
    assert_int_equal(mean.looked, 1024);
    assert_int_equal(uni.looked, 1024);
    QD_ASSERT_NEAR(uni.p / constant_p(10.0, 1024.0), 1.0, 1e-9);
    QD_ASSERT_NEAR(mean.p / constant_p(5.0, 1024.0), 1.0, 1e-9);
    /* Holm: the first verdict of three, then one of the two that are left. */
    QD_ASSERT_NEAR(mean.p_adjusted, 3.0 * mean.p, 1e-12);
    QD_ASSERT_NEAR(uni.p_adjusted, 2.0 * uni.p, 1e-12);
    assert_true(!uni.asymptotic);
    QD_ASSERT_NEAR(uni.level, 1.0 - 0.05 / 3.0, 1e-12);
    /* No effect and no world that differs: given up at half of the worlds. */
    assert_int_equal(bi.state, QD_PLACE_HOPELESS);
    assert_int_equal(bi.looked, 2560);
    assert_true(bi.p == 1.0);
    assert_int_equal(qd_claim_sequences_decided(self.sequences), 1);
    assert_int_equal(qd_claim_sequences_awaited(self.sequences), 1);
    sequenced_restart(&self);
    for (size_t look = 0; look < 4; look++)
        (void)sequenced_look(&self, QD_O_survival, plain);
    /* Unipolar cells and the target without a claim have ended; the arms in bipolar orders have not. */
    for (size_t p = 0; p < 3; p++)
        for (size_t o = 0; o < 2; o++)
            assert_int_equal(qd_claim_sequences_closed(self.sequences, p * 2 + o), o == 0 || p == 1);
    sequenced_close(&self);
}

/* More in unipolar orders, less in bipolar ones. */
static double opposed(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0];
    return 50.0 + (double)(world % 7) + (target == 1.0 ? (order == 0 ? 20.0 : -20.0) : 0.0);
}

static void test_mixed_claim_is_decided(void **state)
{
    (void)state;
    sequenced_open(&self, FILE_OF("claims: all, min_worlds: 256, max_worlds: 5120", CONTRAST));
    sequenced_run(&self, QD_O_survival, opposed);
    assert_int_equal(found(&self, 0, 0).state, QD_PLACE_OPEN); /* the mean is 0 */
    assert_int_equal(found(&self, 0, 1).state, QD_PLACE_SUPPORTED);
    assert_int_equal(found(&self, 0, 2).state, QD_PLACE_CONTRADICTED);
    assert_int_equal(qd_claim_sequences_decided(self.sequences), 1);
    assert_true(self.looked < 1024);
    sequenced_close(&self);
}

/* Rises, then falls. */
static double hill(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0];
    (void)order;
    return 40.0 + (double)(world % 7) + (target == 0.5 ? 30.0 : target == 1.0 ? 10.0 : 0.0);
}

static double slope(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    return 40.0 + (double)(world % 7) + 30.0 * experiment->point[point].coordinate[0];
}

static void test_trends(void **state)
{
    (void)state;
    static const char file[] = FILE_OF(
        "claims: all, min_worlds: 256, max_worlds: 5120",
        "  - {id: up, says: x, outcome: survival, trend: {factor: institution.target, direction: rises}}\n"
        "  - {id: down, says: x, outcome: survival, trend: {factor: institution.target, direction: "
        "falls}}\n");
    sequenced_open(&self, file);
    sequenced_run(&self, QD_O_survival, slope);
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(found(&self, 0, k).state, QD_PLACE_SUPPORTED);
        assert_int_equal(found(&self, 1, k).state, QD_PLACE_CONTRADICTED);
    }
    /* The rise is the slope times the range; p is the larger of those of the rise and of a step, which is
     * half of it. */
    double end = (double)found(&self, 0, 0).looked;
    QD_ASSERT_NEAR(found(&self, 0, 0).p / constant_p(15.0, end), 1.0, 1e-9);
    sequenced_restart(&self);
    sequenced_run(&self, QD_O_survival, hill);
    assert_int_equal(found(&self, 0, 0).state, QD_PLACE_SETTLED); /* neither verdict is possible any more */
    assert_true(self.looked < 5120);
    sequenced_close(&self);
}

/* An effect within -+ `negligible` without a sign ends when its interval shows it; a hopeless one that is not
 * negligible is given up later. */
static double tiny(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    bool odd = world % 2 == 1;
    (void)order;
    return 50.0 + (experiment->point[point].coordinate[0] == 1.0 ? (odd ? 1.0 : -1.0) : 0.0);
}

static void test_negligible_and_hopeless(void **state)
{
    (void)state;
    static const char claim[] = FILE_OF(
        "claims: all, min_worlds: 512, max_worlds: 51200",
        "  - {id: n, says: x, outcome: survival, order: bipolar, negligible: %s, contrast: " ARMS "}\n");
    char text[1000];
    snprintf(text, sizeof text, claim, "1");
    sequenced_open(&self, text);
    sequenced_run(&self, QD_O_survival, tiny);
    qd_place_finding_t negligible = found(&self, 0, 0);
    assert_int_equal(negligible.state, QD_PLACE_NEGLIGIBLE);
    assert_int_equal(negligible.looked, 512);
    assert_true(negligible.interval.low > -1.0 && negligible.interval.high < 1.0);
    sequenced_close(&self);
    snprintf(text, sizeof text, claim, "0.001");
    sequenced_open(&self, text);
    sequenced_run(&self, QD_O_survival, tiny);
    qd_place_finding_t hopeless = found(&self, 0, 0);
    assert_int_equal(hopeless.state, QD_PLACE_HOPELESS);
    /* Two standard errors on an estimate of 0 reach c where 2 (1 - t) / sqrt(t) = c = 2.080, three quarters
     * of alpha: t = 0.3686, and a look later. */
    double t = (double)hopeless.looked / 51200.0;
    QD_ASSERT_NEAR(t, 0.37, 0.003);
    sequenced_close(&self);
}

/* Only claims of the list hold the run open; a claim whose cells end is judged by the worlds until then. */
static void test_listed_claims(void **state)
{
    (void)state;
    sequenced_open(&self,
                   FILE_OF("claims: [u], min_worlds: 256, max_worlds: 5120", CONTRAST
                           "  - {id: u, says: x, outcome: survival, order: unipolar, contrast: " ARMS "}\n"));
    sequenced_run(&self, QD_O_survival, plain);
    assert_int_equal(found(&self, 1, 0).state, QD_PLACE_SUPPORTED);
    uint64_t end = found(&self, 1, 0).looked;
    assert_int_equal(self.looked, end);
    assert_int_equal(found(&self, 0, 2).state, QD_PLACE_OPEN);
    assert_int_equal(found(&self, 0, 2).looked, 256); /* bipolar cells ended at min_worlds */
    sequenced_close(&self);
}

static void test_dip_has_its_worlds(void **state)
{
    (void)state;
    sequenced_open(&self,
                   FILE_OF("claims: all, min_worlds: 256, max_worlds: 51200",
                           "  - {id: d, says: x, outcome: survival, bimodal: {institution.target: 0}}\n"));
    sequenced_run(&self, QD_O_survival, plain);
    assert_int_equal(self.looked, 4096);
    assert_true(found(&self, 0, 1).dip && found(&self, 0, 1).state == QD_PLACE_SETTLED);
    sequenced_close(&self);
}

/* Ablated points have the worlds of the points that they are compared with, and are not waited for. */
static void test_ablations_follow(void **state)
{
    (void)state;
    sequenced_open(&self, FILE_OF("claims: all, min_worlds: 256, max_worlds: 2560",
                                  CONTRAST "ablate: {debt: {tension.debt: 0}}\n"));
    sequenced_run(&self, QD_O_survival, plain);
    qd_place_finding_t ablated = qd_claim_sequences_find(self.sequences, QD_PLACES_ABLATIONS, 0, 0);
    QD_ASSERT_NEAR(ablated.level, 0.95, 1e-12);
    assert_true(ablated.looked > 0 && ablated.looked <= found(&self, 0, 0).looked);
    for (size_t p = 0; p < 3; p++)
        for (size_t o = 0; o < 2; o++) {
            size_t counterpart = self.experiment->ablation[0].counterpart[p] * 2 + o;
            assert_int_equal(qd_claim_sequences_closed(self.sequences, p * 2 + o),
                             qd_claim_sequences_closed(self.sequences, counterpart));
        }
    sequenced_close(&self);
}

/* A group has the cells that a claim compares; other cells are alone. Replicas are in no group twice. */
static void test_groups(void **state)
{
    (void)state;
    sequenced_open(
        &self,
        FILE_OF("claims: all", "  - {id: u, says: x, outcome: wars, order: unipolar, contrast: " ARMS "}\n"));
    assert_int_equal(self.groups.groups, 5);
    assert_int_equal(self.groups.of_cell[0], self.groups.of_cell[4]);
    assert_int_equal(self.groups.start[1] - self.groups.start[0], 2);
    assert_int_equal(self.groups.start[5], 6);
    for (size_t g = 0; g < 5; g++)
        for (size_t m = self.groups.start[g]; m < self.groups.start[g + 1]; m++)
            assert_int_equal(self.groups.of_cell[self.groups.member[m]], g);
    sequenced_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decides_each_place),
        cmocka_unit_test(test_mixed_claim_is_decided),
        cmocka_unit_test(test_trends),
        cmocka_unit_test(test_negligible_and_hopeless),
        cmocka_unit_test(test_listed_claims),
        cmocka_unit_test(test_dip_has_its_worlds),
        cmocka_unit_test(test_ablations_follow),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
