/* Wrong experiment files: each is refused as the user's fault, with exactly this text (qd_experiment_load),
 * and leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "quadrille/experiment.h"

typedef struct {
    const char *yaml, *told;
} wrong_t;

static const wrong_t wrong[] = {
    {"", "f.yaml:1:1: found nothing; expected a YAML document\n"},
    {"just a text", "f.yaml:1:1: found `just a text`; expected an experiment: a mapping of name, seed, "
                    "worlds, orders, ...\n"},
    {"- a\n- b", "f.yaml:1:1: found a list; expected an experiment: a mapping of name, seed, worlds, "
                 "orders, ...\n"},
    {"worlds: 10\nworlds: 20",
     "f.yaml:2:1: found the key `worlds` again; expected it once (it stands in line 1 "
     "already)\n"},
    {"wrlds: 10",
     "f.yaml:1:1: found the unknown key `wrlds`; expected one of: name, about, seed, "
     "worlds, orders, parameters, schedule, design, precision, output, max_failures, "
     "confidence, claims, ablate, baseline, family, robustness, plugin, luck (did you mean `worlds`?)\n"},
    {"zzz: 1", "f.yaml:1:1: found the unknown key `zzz`; expected one of: name, about, seed, "
               "worlds, orders, parameters, schedule, design, precision, output, max_failures, "
               "confidence, claims, ablate, baseline, family, robustness, plugin, luck\n"},
    {"luck: own", "f.yaml:1:7: found `own` for `luck`; expected shared or by-order\n"},
    {"seed: -1", "f.yaml:1:7: found `-1` for `seed`; expected a whole number from 0 to "
                 "18446744073709551615\n"},
    {"seed: 18446744073709551616",
     "f.yaml:1:7: found `18446744073709551616` for `seed`; expected a whole number from 0 "
     "to 18446744073709551615\n"},
    {"seed: 1.5", "f.yaml:1:7: found `1.5` for `seed`; expected a whole number from 0 to "
                  "18446744073709551615\n"},
    {"worlds: 0", "f.yaml:1:9: found `0` for `worlds`; expected a whole number from 1 to "
                  "1099511627776\n"},
    {"worlds: \"20\"", "f.yaml:1:10: found \"20\" for `worlds`; expected a whole number from 1 to "
                       "1099511627776 (drop the quotes: a number in quotes is a text)\n"},
    {"parameters: {affinity.noise: {uniform: ['0.1', 0.2]}}",
     "f.yaml:1:42: found \"0.1\" for `affinity.noise`; expected a number from 0 to 2 (drop the quotes: a "
     "number in quotes is a text)\n"},
    {"seed: 9007199254740993.0",
     "f.yaml:1:7: found `9007199254740993.0` for `seed`; expected a whole number beyond 2^53 in digits "
     "alone, without point and exponent\n"},
    {"seed: 4503599627370496.5", "f.yaml:1:7: found `4503599627370496.5` for `seed`; expected a whole number "
                                 "from 0 to 18446744073709551615\n"},
    {"seed: 1e-400", "f.yaml:1:7: found `1e-400` for `seed`; expected a whole number from 0 to "
                     "18446744073709551615\n"},
    {"parameters: {order.states: 8.00000000000000000001}",
     "f.yaml:1:28: found `8.00000000000000000001` for `order.states`; expected a whole number from 2 to "
     "1024\n"},
    {"parameters: {affinity.noise: 1e-400}",
     "f.yaml:1:30: found `1e-400` for `affinity.noise`; expected 0, or a number within the range of doubles, "
     "2.3e-308 at least\n"},
    {"parameters: {mission.patronage: {normal: [9007199254740993, 1]}}",
     "f.yaml:1:43: found `9007199254740993` for `normal`; expected a number that a double holds exactly, or "
     "one with an exponent, which is rounded\n"},
    {"parameters: {order: {states: 8, periods: 3}, afinity: {noise: 0.1}}",
     "f.yaml:1:14: found the unknown parameter `order`; expected a name that `quadrille list parameters` "
     "shows (did "
     "you mean `order.states`?)\n"
     "f.yaml:1:46: found the unknown parameter `afinity`; expected a name that `quadrille list parameters` "
     "shows\n"},
    {"design: {type: grid, factors: {institution: {target: {values: [0, 1]}}}}",
     "f.yaml:1:32: found the unknown parameter `institution`; expected a name that `quadrille list "
     "parameters` shows "
     "(did you mean `institution.target`?)\n"},
    {"claims: 3\nmax_failures: 2\nseed: x",
     "f.yaml:1:9: found `3` for `claims`; expected a list of claims\n"
     "f.yaml:2:15: found `2` for `max_failures`; expected a number from 0 to 1\n"
     "f.yaml:3:7: found `x` for `seed`; expected a whole number from 0 to 18446744073709551615\n"},
    {"schedule: [{at: 0, set: {tension.decay: 0.2}}]\n"
     "design: {type: grid, factors: {tension.decay: {values: [0.1, 0.3]}}}",
     "f.yaml:1:26: found `tension.decay` in a schedule at period 0, which overrides the factor "
     "`tension.decay`; "
     "expected a later period, or one of the two\n"},
    {"schedule: [{at: 3, set: {tension.decay: 0.2}}, {at: 0.0, set: {doctrine: obama}}]\n"
     "design: {type: lhs, points: 4, factors: {doctrine.bias_flexible: {uniform: [0.1, 0.3]}, tension.decay: "
     "{uniform: "
     "[0.1, 0.3]}}}",
     "f.yaml:1:64: found `doctrine` in a schedule at period 0, which overrides the factor "
     "`doctrine.bias_flexible`; "
     "expected a later period, or one of the two\n"},
    {"design: {type: list, points: [{set: {doctrine: obama}, schedule: [{at: 0, set: {doctrine: trump}}]}]}",
     "f.yaml:1:81: found `doctrine` in a schedule at period 0, which overrides the point's own `doctrine`; "
     "expected a "
     "later period, or one of the two\n"},
    {"schedule: [{at: 0, set: {mission.stake: 0.2}}]\n"
     "claims: [{id: a, says: x, outcome: wars, contrast: {more: {mission.stake: 1}, less: {mission.stake: "
     "0}}}]",
     "f.yaml:2:59: found `mission.stake`, which the schedule overrides at period 0; expected a parameter "
     "that it leaves alone\n"
     "f.yaml:2:85: found `mission.stake`, which the schedule overrides at period 0; expected a parameter "
     "that it leaves alone\n"},
    {"name: ~", "f.yaml:1:7: found nothing for `name`; expected a text\n"},
    {"about: null", "f.yaml:1:8: found nothing for `about`; expected a text\n"},
    {"output: {worlds: yes, paths: \"no\", landscape: FALSE}",
     "f.yaml:1:18: found `yes` for `worlds`; expected true or false (write `true`)\n"
     "f.yaml:1:31: found \"no\" for `paths`; expected true or false (write `false`)\n"
     "f.yaml:1:47: found `FALSE` for `landscape`; expected true or false (write `false`)\n"},
    {"parameters: {mission.random_order: yes, doctrine.scope: \"some\"}",
     "f.yaml:1:36: found `yes` for `mission.random_order`; expected true or false (write `true`)\n"
     "f.yaml:1:58: found \"some\" for `doctrine.scope`; expected all or leader\n"},
    {"worlds: many", "f.yaml:1:9: found `many` for `worlds`; expected a whole number from 1 to "
                     "1099511627776\n"},
    {"worlds: [1, 2]", "f.yaml:1:9: found a list for `worlds`; expected a whole number from 1 to "
                       "1099511627776\n"},
    {"worlds:", "f.yaml:1:1: found nothing for `worlds`; expected a whole number from 1 to "
                "1099511627776\n"},
    {"name: [a]", "f.yaml:1:7: found a list for `name`; expected a text\n"},
    {"name: \"a\\tb\"", "f.yaml:1:8: found \"a b\" for `name`; expected a text without control characters\n"},
    {"seed: &s 3\nworlds: 10", "f.yaml:1:8: found an anchor (&name); expected every value written out\n"},
    {"seed: !!int 3", "f.yaml:1:7: found a tag (!name); expected a plain value\n"},
    {"seed: *s", "f.yaml:1:8: found an alias (*name); expected every value written out\n"},
    {"<<: {seed: 3}", "f.yaml:1:1: found the merge key `<<`; expected every value written out\nf.yaml:1:1: "
                      "found the unknown key `<<`; expected one of: name, about, seed, worlds, orders, "
                      "parameters, schedule, design, precision, output, max_failures, confidence, claims, "
                      "ablate, baseline, family, robustness, plugin, luck\n"},
    {"seed: 1\n---\nseed: 2", "f.yaml:2:1: found a second document; expected one\n"},
    {"seed: [1, 2", "f.yaml:2:1: found text that is not YAML (flow sequence without a closing bracket); "
                    "expected `key: value` lines\n"},
    {"a: b: c", "f.yaml:1:5: found text that is not YAML (invalid nested block mapping on the same "
                "line); expected `key: value` lines\n"},
    {"? [a, b]\n: 1", "f.yaml:1:3: found a list as a key; expected a plain word\n"},
    {"seed: 1\n\tworlds: 2",
     "f.yaml:1:7: found text that is not YAML (invalid multiline plain key); expected "
     "`key: value` lines\n"},
    {"confidence: 1", "f.yaml:1:13: found `1` for `confidence`; expected a number from 0.5 to 0.9999\n"},
    {"max_failures: nan", "f.yaml:1:15: found `nan` for `max_failures`; expected a number from 0 to 1\n"},
    {"orders: []", "f.yaml:1:9: found 0 orders; expected 1 to 1000\n"},
    {"orders: unipolar", "f.yaml:1:9: found `unipolar` for `orders`; expected a list such as [unipolar, "
                         "bipolar, multipolar]\n"},
    {"orders: [unipolr]", "f.yaml:1:10: found `unipolr` for `orders`; expected unipolar, bipolar, multipolar "
                          "or {empirical: {cinc: FILE, year: YEAR}} (did you mean `unipolar`?)\n"},
    {"orders: [unipolar, bipolar, unipolar]",
     "f.yaml:1:29: found the order `unipolar` twice; expected it once\n"},
    {"orders: [empirical]",
     "f.yaml:1:10: found `empirical` for `orders`; expected unipolar, bipolar, multipolar "
     "or {empirical: {cinc: FILE, year: YEAR}}\n"},
    {"orders: [{empirical: {year: 1936}}]", "f.yaml:1:22: found no `cinc` in `empirical`; expected one\n"},
    {"orders: [{empirical: {cinc: nowhere.csv, year: 1936}}]",
     "f.yaml:1:29: nowhere.csv: cannot be read: No such file or directory\n"},
    {"orders: [{empirical: {}}]", "f.yaml:1:22: found no `year` in `empirical`; expected one\n"
                                  "f.yaml:1:22: found no `cinc` in `empirical`; expected one\n"},
    {"orders: [{empirical: {cinc: no.csv, yer: 1900, places: ., states: 1}, foo: 1}]",
     "f.yaml:1:22: found no `year` in `empirical`; expected one\n"
     "f.yaml:1:29: no.csv: cannot be read: No such file or directory\n"
     "f.yaml:1:37: found the unknown key `yer`; expected one of: cinc, year, states, alliances, "
     "rivalries, places, values, affinities, label, data (did you mean `year`?)\n"
     "f.yaml:1:56: .: cannot be read: Is a directory\n"
     "f.yaml:1:67: found `1` for `states`; expected a whole number from 2 to 1024\n"
     "f.yaml:1:71: found the unknown key `foo`; expected one of: empirical\n"},
    {"orders: [{empirical: {year: 1900, data: {codes: [1, 2.5], capability: [0.5], place: []}}}]",
     "f.yaml:1:49: found 2.5 for `codes`; expected whole numbers\n"
     "f.yaml:1:71: found 1 number for `capability`; expected 2\n"
     "f.yaml:1:78: found the unknown key `place`; expected one of: codes, capability, places, values, "
     "affinities, blocs, pacts, rivals (did you mean `places`?)\n"},
    {"orders: [unipolar]\nworlds: 1099511627776\ndesign: {type: grid, factors: {affinity.noise: {linspace: "
     "[0, 1, 10000]}}}",
     "f.yaml:2:9: found 10000 points, 1 order and 1099511627776 worlds of each, 1.1e+16 worlds in all; "
     "expected at most 2^53\n"},
    {"orders: [{empiric: {cinc: nowhere.csv, year: 1936}}]",
     "f.yaml:1:11: found the unknown key `empiric`; expected one of: empirical (did you "
     "mean `empirical`?)\n"},
    {"parameters: [1]", "f.yaml:1:13: found a list for `parameters`; expected a mapping of parameters to "
                        "values\n"},
    {"parameters:\n  order.stats: 32",
     "f.yaml:2:3: found the unknown parameter `order.stats`; expected a name that "
     "`quadrille list parameters` shows (did you mean `order.states`?)\n"},
    {"parameters: {nothing.like.it: 1}",
     "f.yaml:1:14: found the unknown parameter `nothing.like.it`; expected a name that "
     "`quadrille list parameters` shows\n"},
    {"parameters: {order.states: 1}",
     "f.yaml:1:28: found `1` for `order.states`; expected a whole number from 2 to 1024\n"},
    {"parameters: {order.states: 32.5}",
     "f.yaml:1:28: found `32.5` for `order.states`; expected a whole number from 2 to "
     "1024\n"},
    {"parameters: {order.states: 0x20}",
     "f.yaml:1:28: found `0x20` for `order.states`; expected a whole number from 2 to "
     "1024\n"},
    {"parameters: {order.states: 1_000}",
     "f.yaml:1:28: found `1_000` for `order.states`; expected a whole number from 2 to "
     "1024\n"},
    {"parameters: {affinity.noise: -0.1}",
     "f.yaml:1:30: found `-0.1` for `affinity.noise`; expected a number from 0 to 2\n"},
    {"parameters: {affinity.noise: .inf}",
     "f.yaml:1:30: found `.inf` for `affinity.noise`; expected a number from 0 to 2\n"},
    {"parameters: {affinity.noise: [0, 1]}",
     "f.yaml:1:30: found a list for `affinity.noise`; expected one value, or a "
     "distribution such as {choice: [...]}\n"},
    {"parameters: {affinity.noise: {uniform: [0, 3]}}",
     "f.yaml:1:44: found `3` for `affinity.noise`; expected a number from 0 to 2\n"},
    {"parameters: {affinity.noise: {uniform: [0.3, 0.1]}}",
     "f.yaml:1:40: found an impossible `uniform` for `affinity.noise`; expected a "
     "possible one: it needs its lower bound below its upper bound\n"},
    {"parameters: {affinity.noise: {uniform: 0.3}}",
     "f.yaml:1:40: found `0.3` for `uniform`; expected [low, high]\n"},
    {"parameters: {affinity.noise: {uniform: [0.3]}}",
     "f.yaml:1:40: found 1 number for `uniform`; expected [low, high]\n"},
    {"parameters: {affinity.noise: {unifrm: [0, 1]}}",
     "f.yaml:1:31: found the unknown key `unifrm`; expected one of: uniform, loguniform, "
     "normal, lognormal, beta, triangular, choice, integers (did you mean `uniform`?)\n"},
    {"parameters: {affinity.noise: {uniform: [0, 1], normal: [0, 1]}}",
     "f.yaml:1:30: found 2 keys for `affinity.noise`; expected one distribution, such as "
     "{uniform: [low, high]}\n"},
    {"parameters: {affinity.noise: {normal: [0.1, 0]}}",
     "f.yaml:1:39: found an impossible `normal` for `affinity.noise`; expected a possible "
     "one: it needs a standard deviation above 0\n"},
    {"parameters: {affinity.noise: {normal: [-50, 1]}}",
     "f.yaml:1:39: found an impossible `normal` for `affinity.noise`; expected a possible "
     "one: it has less than a thousandth of its probability inside the parameter's range\n"},
    {"parameters: {affinity.noise: {loguniform: [0, 1]}}",
     "f.yaml:1:43: found an impossible `loguniform` for `affinity.noise`; expected a "
     "possible one: it needs bounds above 0\n"},
    {"parameters: {affinity.noise: {beta: [0, 1]}}",
     "f.yaml:1:37: found an impossible `beta` for `affinity.noise`; expected a possible "
     "one: it needs two shapes above 0\n"},
    {"parameters: {affinity.noise: {beta: [2, 2, 0.5, 0.5]}}",
     "f.yaml:1:37: found an impossible `beta` for `affinity.noise`; expected a possible "
     "one: it needs its lower bound below its upper bound\n"},
    {"parameters: {affinity.noise: {triangular: [0.1, 0.5, 0.2]}}",
     "f.yaml:1:43: found an impossible `triangular` for `affinity.noise`; expected a "
     "possible one: it needs low <= mode <= high\n"},
    {"parameters: {affinity.noise: {uniform: {low: 0, hgh: 1}}}",
     "f.yaml:1:40: found no `high` in `uniform`; expected one\n"
     "f.yaml:1:49: found the unknown key `hgh`; expected one of: low, high (did you mean `high`?)\n"},
    {"parameters: {affinity.noise: {choice: {values: [9], weigths: [1]}}}",
     "f.yaml:1:49: found `9` for `affinity.noise`; expected a number from 0 to 2\n"
     "f.yaml:1:53: found the unknown key `weigths`; expected one of: values, weights (did you mean "
     "`weights`?)\n"},
    {"parameters: {affinity.noise: {choice: []}}",
     "f.yaml:1:39: found 0 values for `affinity.noise`; expected 1 to 24\n"},
    {"parameters: {affinity.noise: {choice: {values: [0, 1], weights: [1]}}}",
     "f.yaml:1:65: found 1 weight for 2 values; expected as many\n"},
    {"parameters: {affinity.noise: {choice: {values: [0, 1], weights: [0, 0]}}}",
     "f.yaml:1:39: found an impossible `choice` for `affinity.noise`; expected a possible "
     "one: it needs at least one weight above 0\n"},
    {"parameters: {affinity.noise: {choice: {values: [0, 1], weights: [1, -1]}}}",
     "f.yaml:1:69: found `-1` for `weights`; expected a number from 0 to 1e+15\n"},
    {"parameters: {order.states: {uniform: [10, 20]}}",
     "f.yaml:1:29: found `uniform` for `order.states`, which takes whole numbers; "
     "expected {integers: [low, high]} or {choice: [...]}\n"},
    {"parameters: {order.states: {integers: [10, 2000]}}",
     "f.yaml:1:44: found `2000` for `order.states`; expected a whole number from 2 to "
     "1024\n"},
    {"parameters: {mission.random_order: 1}",
     "f.yaml:1:36: found `1` for `mission.random_order`; expected true or false (write `true`)\n"},
    {"parameters: {mission.random_order: {uniform: [0, 1]}}",
     "f.yaml:1:37: found `uniform` for `mission.random_order`; expected one value, or "
     "{choice: [...]}\n"},
    {"parameters: {doctrine.scope: everybody}",
     "f.yaml:1:30: found `everybody` for `doctrine.scope`; expected all or leader\n"},
    {"parameters: {doctrine: rumsfled}",
     "f.yaml:1:24: found `rumsfled` for `doctrine`; expected one of: neutral, weinberger, "
     "weinberger_powell, clinton, wolfowitz, rumsfeld, obama, trump (did you mean "
     "`rumsfeld`?)\n"},
    {"parameters: {doctrine: {choice: [rumsfeld, nobody]}}",
     "f.yaml:1:44: found `nobody` for `doctrine`; expected one of: neutral, weinberger, "
     "weinberger_powell, clinton, wolfowitz, rumsfeld, obama, trump\n"},
    {"parameters: {order.states: 3, order.poles: 4}\norders: [multipolar]",
     "f.yaml:1:28: order `multipolar`: found order.states 3 and order.poles 4; expected more "
     "states than poles\n"},
    {"parameters: {order.poles: 6, order.states: 6}\norders: [multipolar]\ndesign:\n  type: list\n"
     "  points:\n    - {order.states: 20}\n    - {label: b, set: {order.states: 5}}",
     "f.yaml:7:38: point `b`, order `multipolar`: found order.states 5 and order.poles 6; expected more "
     "states than poles\n"},
    {"orders: [multipolar]\nparameters: {order.states: 9}\ndesign: {type: grid, factors: {order.poles: "
     "{values: [2, 16]}}}",
     "f.yaml:3:45: point `1`, order `multipolar`: found order.states 9 and order.poles 16; expected more "
     "states than poles\n"},
    {"orders: [bipolar]\nclaims: [{id: a, says: b, outcome: wars, contrast: {more: {order.poles: 3}, less: "
     "{order.poles: 2}}}]",
     "f.yaml:2:9: point `order.poles: 3`, order `bipolar`: found order.poles 3; expected 2, which is what "
     "makes an order bipolar\n"},
    {"parameters: {order.poles: 3}\norders: [bipolar]",
     "f.yaml:1:27: order `bipolar`: found order.poles 3; expected 2, which is what makes an "
     "order bipolar\n"},
    {"schedule: {at: 3}", "f.yaml:1:11: found a mapping for `schedule`; expected a list of {at: period, set: "
                          "{name: value}}\n"},
    {"schedule: [{at: 3}]", "f.yaml:1:12: found no `set` in `schedule`; expected one\n"},
    {"schedule: [{at: 3, sett: {doctrine: obama}}]",
     "f.yaml:1:12: found no `set` in `schedule`; expected one\n"
     "f.yaml:1:20: found the unknown key `sett`; expected one of: at, set (did you mean `set`?)\n"},
    {"schedule: [{at: x, set: {doctrine: obma}, by: 3}]",
     "f.yaml:1:17: found `x` for `at`; expected a whole number from 0 to 10000\n"
     "f.yaml:1:36: found `obma` for `doctrine`; expected one of: neutral, weinberger, weinberger_powell, "
     "clinton, wolfowitz, rumsfeld, obama, trump (did you mean `obama`?)\n"
     "f.yaml:1:43: found the unknown key `by`; expected one of: at, set\n"},
    {"schedule: [{at: 3.5, set: {doctrine: obama}}]",
     "f.yaml:1:17: found `3.5` for `at`; expected a whole number from 0 to 10000\n"},
    {"schedule: [{at: 140, set: {doctrine: obama}}]",
     "f.yaml:1:17: found `140` for `at`; expected a period before the end: a world plays "
     "periods 0 to 139 (order.periods)\n"},
    {"schedule: [{at: 10, set: {order.states: 12}}]",
     "f.yaml:1:27: found `order.states` in a schedule; expected a parameter that is read "
     "while a world plays (this one only serves to draw it)\n"},
    {"design: {factors: {affinity.noise: {values: [0]}}}",
     "f.yaml:1:9: found no `type` in `design`; expected one\n"},
    {"design: {type: gird, factors: {affinity.noise: {values: [0]}}}",
     "f.yaml:1:16: found `gird` for `type`; expected grid, list, lhs, sobol, saltelli or "
     "morris (did you mean `grid`?)\n"},
    {"design: {type: grid}", "f.yaml:1:9: found no `factors` in `design`; expected one\n"},
    {"design: {type: grid, factors: {}}", "f.yaml:1:31: found no factor; expected at least one\n"},
    {"design: {type: grid, factors: {affinity.noise: [0, 1]}}",
     "f.yaml:1:48: found a list for `affinity.noise`; expected {values: [...]}, "
     "{linspace: [first, last, how many]}, {logspace: [...]} or a distribution\n"},
    {"design: {type: grid, factors: {affinity.nose: {values: [0, 1]}}}",
     "f.yaml:1:32: found the unknown parameter `affinity.nose`; expected a name that "
     "`quadrille list parameters` shows (did you mean `affinity.noise`?)\n"},
    {"design: {type: grid, factors: {affinity.noise: {values: [0, 1]}, affinity.noise: "
     "{values: [0]}}}",
     "f.yaml:1:66: found the key `affinity.noise` again; expected it once (it stands in "
     "line 1 already)\n"},
    {"design: {type: grid, factors: {affinity.noise: {values: [0, 1, 0]}}}",
     "f.yaml:1:57: found a value of `affinity.noise` twice (the 1. and the 3.); expected "
     "it once\n"},
    {"design: {type: grid, factors: {affinity.noise: {values: [0, 5]}}}",
     "f.yaml:1:61: found `5` for `affinity.noise`; expected a number from 0 to 2\n"},
    {"design: {type: grid, factors: {affinity.noise: {uniform: [0, 1]}}}",
     "f.yaml:1:49: found the distribution `uniform` for `affinity.noise`; expected "
     "values, linspace or logspace in a grid\n"},
    {"design: {type: grid, factors: {order.states: {linspace: [10, 20, 4]}}}",
     "f.yaml:1:57: found the value 13.3333333333333 for `order.states`; expected whole "
     "numbers only\n"},
    {"design: {type: grid, factors: {affinity.noise: {linspace: [0, 1]}}}",
     "f.yaml:1:59: found a list of 2 for `linspace`; expected [first, last, how many]\n"},
    {"design: {type: grid, factors: {affinity.noise: {logspace: [0, 1, 3]}}}",
     "f.yaml:1:59: found the ends 0 and 1 for `affinity.noise`; expected two above 0\n"},
    {"design: {type: grid, factors: {doctrine: {linspace: [0, 1, 3]}}}",
     "f.yaml:1:43: found `linspace` for `doctrine`; expected {values: [...]}\n"},
    {"design: {type: grid, factors: {affinity.noise: {linspace: [0, 1, 2000]}, "
     "affinity.values: {linspace: [0, 1, 2000]}}}",
     "f.yaml:1:9: found a grid of 4e+06 points; expected at most 1000000\n"},
    {"design: {type: list, factors: {affinity.noise: {values: [0, 1]}, affinity.values: "
     "{values: [0]}}}",
     "f.yaml:1:9: found 2 values for `affinity.noise` and 1 for `affinity.values`; "
     "expected as many of each in a list\n"},
    {"design: {type: list, points: []}", "f.yaml:1:30: found 0 points; expected 1 to 1000000\n"},
    {"design: {type: list, points: [{affinity.nois: 1}]}",
     "f.yaml:1:32: found the unknown parameter `affinity.nois`; expected a name that "
     "`quadrille list parameters` shows (did you mean `affinity.noise`?)\n"},
    {"design: {type: list, points: [{label: a, set: {doctrine: obama}}, {label: a, set: "
     "{doctrine: trump}}]}",
     "f.yaml:1:67: found the label `a` twice; expected it once\n"},
    {"design: {type: list, points: [{doctrine: obama}], factors: {doctrine: {values: "
     "[obama]}}}",
     "f.yaml:1:51: found `factors` beside `points`; expected one of them in a list\n"},
    {"design: {type: lhs, factors: {affinity.noise: {uniform: [0, 1]}}}",
     "f.yaml:1:9: found no `points` in `design`; expected one\n"},
    {"design: {type: lhs, points: 0, factors: {affinity.noise: {uniform: [0, 1]}}}",
     "f.yaml:1:29: found `0` for `points`; expected a whole number from 1 to 1000000\n"},
    {"design: {type: saltelli, points: 1000000, factors: {affinity.noise: {uniform: [0, "
     "1]}}}",
     "f.yaml:1:9: found a design of 3000000 points (1000000 times 3); expected at most "
     "1000000\n"},
    {"design: {type: sobol, points: 8, levels: 4, factors: {affinity.noise: {uniform: [0, "
     "1]}}}",
     "f.yaml:1:34: found `levels` in a sobol design; expected it in a morris design only\n"},
    {"design: {type: morris, points: 8, levels: 5, factors: {affinity.noise: {uniform: "
     "[0, 1]}}}",
     "f.yaml:1:43: found `5` for `levels`; expected an even number\n"},
    {"design: {type: saltelli, points: 8, factors: {order.separation: {uniform: [0, "
     "0.5]}, order.spread: {uniform: [0, 0.5]}, order.minor_sigma: {uniform: [0, 0.5]}, "
     "affinity.noise: {uniform: [0, 0.5]}, blocs.cohesion: {uniform: [0, 0.5]}, "
     "blocs.threat: {uniform: [0, 0.5]}, blocs.cost: {uniform: [0, 0.5]}, "
     "blocs.switching_cost: {uniform: [0, 0.5]}, blocs.gain: {uniform: [0, 0.5]}, "
     "blocs.burden: {uniform: [0, 0.5]}, blocs.bypass: {uniform: [0, 0.5]}, "
     "blocs.paralysis: {uniform: [0, 0.5]}, blocs.relaxation: {uniform: [0, 0.5]}, "
     "crises.rate: {uniform: [0, 0.5]}, crises.tension_feedback: {uniform: [0, 0.5]}, "
     "crises.severity_sigma: {uniform: [0, 0.5]}, crises.values_spread: {uniform: [0, "
     "0.5]}, crises.targeted: {uniform: [0, 0.5]}, crises.isolation_bias: {uniform: [0, "
     "0.5]}, crises.resistance: {uniform: [0, 0.5]}, mission.effort: {uniform: [0, 0.5]}}}",
     "f.yaml:1:9: found 21 factors in a saltelli design; expected at most 20: it needs "
     "two of the generator's 40 dimensions for each\n"},
    {"precision: {outcome: survivl, half_width: 1}",
     "f.yaml:1:22: found `survivl` for `outcome`; expected an outcome that `quadrille "
     "list outcomes` shows (did you mean `survival`?)\n"},
    {"precision: {outcome: survival}", "f.yaml:1:12: found no `half_width` in `precision`; expected one\n"},
    {"precision: {outcome: survival, half_width: 0}",
     "f.yaml:1:44: found `0` for `half_width`; expected a number from 1e-09 to "
     "1000000000\n"},
    {"precision: {outcome: survival, half_width: 1, min_worlds: 100, max_worlds: 10}",
     "f.yaml:1:12: found min_worlds 100 and max_worlds 10; expected the first not to be "
     "larger\n"},
    {"output: {outcomes: []}", "f.yaml:1:20: found no outcome; expected at least one\n"},
    {"output: {outcomes: [survival, survival]}",
     "f.yaml:1:31: found the outcome `survival` twice; expected it once\n"},
    {"output: {worlds: maybe, outcomes: [survivl], path: true}",
     "f.yaml:1:18: found `maybe` for `worlds`; expected true or false\n"
     "f.yaml:1:36: found `survivl` for `outcomes`; expected an outcome that `quadrille list outcomes` shows "
     "(did you mean `survival`?)\n"
     "f.yaml:1:46: found the unknown key `path`; expected one of: worlds, paths, outcomes, landscape (did "
     "you mean `paths`?)\n"},
    {"precision: {outcme: survival, half_width: 0, min_worlds: 1}",
     "f.yaml:1:12: found no `outcome` in `precision`; expected one\n"
     "f.yaml:1:13: found the unknown key `outcme`; expected one of: outcome, half_width, confidence, "
     "min_worlds, max_worlds (did you mean `outcome`?)\n"
     "f.yaml:1:43: found `0` for `half_width`; expected a number from 1e-09 to 1000000000\n"
     "f.yaml:1:58: found `1` for `min_worlds`; expected a whole number from 2 to 1099511627776\n"},
    {"claims: [{id: a, says: b, outcome: wars, trend: {factr: x, direction: up, at: {order.stats: 1}}}]",
     "f.yaml:1:49: found no `factor` in `trend`; expected one\n"
     "f.yaml:1:50: found the unknown key `factr`; expected one of: factor, direction, at (did you mean "
     "`factor`?)\n"
     "f.yaml:1:71: found `up` for `direction`; expected rises or falls\n"
     "f.yaml:1:80: found the unknown parameter `order.stats`; expected a name that `quadrille list "
     "parameters` shows (did you mean `order.states`?)\n"},
    {"output: {worlds: yes}",
     "f.yaml:1:18: found `yes` for `worlds`; expected true or false (write `true`)\n"},
    {"claims: {id: a}", "f.yaml:1:9: found a mapping for `claims`; expected a list of claims\n"},
    {"claims: [{id: a}]", "f.yaml:1:10: found no `says` in `claims`; expected one\nf.yaml:1:10: found no "
                          "`outcome` in `claims`; expected one\nf.yaml:1:10: found 0 of `contrast`, `trend` "
                          "and `bimodal` in a claim; expected one\n"},
    {"claims: [{id: a, says: b, outcome: wars}]",
     "f.yaml:1:10: found 0 of `contrast`, `trend` and `bimodal` in a claim; expected one\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, order: tripolar, contrast: {more: "
     "{doctrine: obama}, less: {doctrine: trump}}}",
     "f.yaml:2:44: found `tripolar` for `order`; expected an order of this experiment: "
     "unipolar, bipolar, multipolar (did you mean `unipolar`?)\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, contrast: {more: {doctrine: obama}}}",
     "f.yaml:2:47: found no `less` in `contrast`; expected one\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, contrast: {more: {doctrine: obama}, "
     "less: {doctrine: obama}}}",
     "f.yaml:2:47: found the same points in both arms; expected different ones\n"},
    {"design: {type: grid, factors: {institution.target: {values: [0.1, "
     "0.9]}}}\nclaims:\n  - {id: a, says: b, outcome: wars, contrast: {more: "
     "{institution.target: 0.5}, less: {institution.target: 0.1}}}",
     "f.yaml:3:54: found a value of `institution.target` that the design does not have; "
     "expected one of: 0.1, 0.9\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, trend: {factor: institution.target, "
     "direction: rises}}",
     "f.yaml:2:53: found `institution.target` for `factor`; expected a factor of the "
     "design\n"},
    {"design: {type: grid, factors: {institution.target: {values: [0.1, "
     "0.9]}}}\nclaims:\n  - {id: a, says: b, outcome: wars, trend: {factor: "
     "institution.target, direction: up}}",
     "f.yaml:3:84: found `up` for `direction`; expected rises or falls\n"},
    {"design: {type: grid, factors: {doctrine: {values: [obama, trump]}}}\nclaims:\n  - "
     "{id: a, says: b, outcome: wars, trend: {factor: doctrine, direction: rises}}",
     "f.yaml:3:53: found `doctrine` for `factor`; expected a factor with levels that can "
     "rise\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, contrast: {more: {order: unipolar}, "
     "less: {doctrine: obama}}}",
     "f.yaml:2:79: found a mapping for `less`; expected {order: LABEL} and nothing else, "
     "in both arms (other names go into `at`)\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, contrast: {more: {order: unipolar}, "
     "less: {order: unipolar}}}",
     "f.yaml:2:47: found the same order in both arms; expected two\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, bimodal: perhaps}",
     "f.yaml:2:46: found `perhaps` for `bimodal`; expected true, or an arm such as "
     "{institution.initial: 0.1}\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, interaction: {where: {doctrine: "
     "obama}, against: {doctrine: trump}}, bimodal: true}",
     "f.yaml:2:37: found `interaction` without `contrast`; expected both\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, bimodal: true}\n  - {id: a, says: b, "
     "outcome: wars, bimodal: true}",
     "f.yaml:3:10: found the claim `a` twice; expected it once\n"},
    {"design: {type: list, points: [{label: x, set: {doctrine: obama}}]}\nclaims:\n  - "
     "{id: a, says: b, outcome: wars, bimodal: {point: y}}",
     "f.yaml:3:54: found `y` for `point`; expected the label of a design point\n"},
    {"claims:\n  - {id: a, says: b, outcome: wars, margin: big, bimodal: true}",
     "f.yaml:2:45: found `big` for `margin`; expected a number from -1000000000000 to "
     "1000000000000\n"},
    {"wrlds: 10\nseed: x\nparameters: {order.stats: 3, affinity.noise: 9}\nclaims: 3",
     "f.yaml:1:1: found the unknown key `wrlds`; expected one of: name, about, seed, "
     "worlds, orders, parameters, schedule, design, precision, output, max_failures, "
     "confidence, claims, ablate, baseline, family, robustness, plugin, luck (did you mean "
     "`worlds`?)\nf.yaml:2:7: "
     "found "
     "`x` for "
     "`seed`; "
     "expected a whole number from 0 to 18446744073709551615\nf.yaml:3:14: found the "
     "unknown parameter `order.stats`; expected a name that `quadrille list parameters` "
     "shows (did you mean `order.states`?)\nf.yaml:3:46: found `9` for `affinity.noise`; "
     "expected a number from 0 to 2\nf.yaml:4:9: found `3` for `claims`; expected a list "
     "of claims\n"},
};

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void check(const char *name, const char *told)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    assert_int_equal(qd_experiment_load(name, NULL, &experiment, &error), QD_ERROR_INPUT);
    assert_null(experiment);
    assert_string_equal(error.text, told);
    assert_int_equal(error.omitted, 0);
}

static void test_every_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_file("f.yaml", wrong[i].yaml, strlen(wrong[i].yaml));
        check("f.yaml", wrong[i].told);
    }
}

/* A fault between parameters that --set brought in is no fault of a line. */
static void test_sets_that_do_not_fit(void **state)
{
    (void)state;
    const char *const set[] = {"order.states=30", "order.poles=5", "order.states=5"};
    const qd_overrides_t overrides = {.sets = 3, .set = set};
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    const char text[] = "parameters: {order.states: 20}\norders: [multipolar]";
    write_file("f.yaml", text, strlen(text));
    assert_int_equal(qd_experiment_load("f.yaml", &overrides, &experiment, &error), QD_ERROR_INPUT);
    assert_string_equal(error.text, "--set order.states=5: order `multipolar`: found order.states 5 and "
                                    "order.poles 5; expected more states than poles\n");
}

static void test_unreadable(void **state)
{
    (void)state;
    check("absent.yaml", "absent.yaml: cannot be read: No such file or directory\n");
    check(".", ".: cannot be read: Is a directory\n");
    write_file("closed.yaml", "seed: 1", 7);
    assert_int_equal(chmod("closed.yaml", 0), 0);
    if (access("closed.yaml", R_OK) == 0)
        print_message("skipped: this user may read files without permission\n");
    else
        check("closed.yaml", "closed.yaml: cannot be read: Permission denied\n");
}

static void test_not_text(void **state)
{
    (void)state;
    write_file("f.yaml", "seed: 1\nname: \0", 15);
    check("f.yaml", "f.yaml:2:7: found the control character 0x00; expected a YAML file\n");
    write_file("f.yaml", "name: \xe9", 7);
    check("f.yaml", "f.yaml:1:7: found bytes that are not UTF-8 text; expected a YAML file\n");
    write_file("f.yaml", "\x89HDF\r\n\x1a\n", 8);
    check("f.yaml", "f.yaml:1:1: found bytes that are not UTF-8 text; expected a YAML file\n");
}

static void test_too_large(void **state)
{
    (void)state;
    size_t size = 5u << 20;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '#', size);
    write_file("f.yaml", text, size);
    check("f.yaml", "f.yaml: found more than 4194304 bytes; expected a smaller file\n");
    free(text);
}

static void test_too_deep(void **state)
{
    (void)state;
    char text[100001];
    memset(text, '[', 100000);
    write_file("f.yaml", text, 100000);
    check("f.yaml", "f.yaml:1:17: found more than 16 levels of nesting; expected fewer\n");
}

/* All files are written into a folder of their own. */
static char folder[] = "/tmp/quadrille-wrong-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    (void)unlink("f.yaml");
    (void)unlink("closed.yaml");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message), cmocka_unit_test(test_sets_that_do_not_fit),
        cmocka_unit_test(test_unreadable),    cmocka_unit_test(test_not_text),
        cmocka_unit_test(test_too_large),     cmocka_unit_test(test_too_deep),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
