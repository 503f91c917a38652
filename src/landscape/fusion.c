#include "landscape/fusion.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Numbers the pairs (a_i, b_i) by first appearance; first[m] is the first actor of node m. Returns

 * the nodes. */
static size_t common_nodes(size_t n, const uint16_t a[], const uint16_t b[], uint16_t node[],
                           uint16_t first[])
{
    size_t nodes = 0;
    for (size_t i = 0; i < n; i++) {
        size_t m = 0;
        while (m < nodes && (a[first[m]] != a[i] || b[first[m]] != b[i]))
            m++;
        if (m == nodes)
            first[nodes++] = (uint16_t)i;
        node[i] = (uint16_t)m;
    }
    return nodes;
}

static void sum_ties(const qd_weights_t *weights, const uint16_t node[], size_t nodes, double w[])
{
    for (size_t i = 0; i < weights->n; i++)
        for (size_t j = 0; j < weights->n; j++)
            w[node[i] * nodes + node[j]] += weights->w[i * weights->padded + j];
    for (size_t m = 0; m < nodes; m++)
        w[m * nodes + m] = 0.0;
}

/* Searches the network of nodes from the partition `from`; group[i] becomes that of actor i's node. */
static qd_status_t search_nodes(size_t n, size_t nodes, const double w[], size_t groups_max, double tolerance,
                                const qd_annealing_t *annealing, const uint16_t from[], const uint16_t node[],
                                uint16_t group[], qd_error_t *error)
{
    qd_neighbours_t ties;
    qd_local_search_t local = {0};
    qd_status_t status = qd_neighbours_init(&ties, nodes, nodes, w, error);
    if (status == QD_OK)
        status = qd_local_search_init(&local, &ties, groups_max, tolerance, error);
    if (status != QD_OK)
        goto out;
    qd_local_search_enter(&local, from);
    qd_local_search_anneal(&local, annealing);
    qd_local_search_kernighan_lin(&local);
    for (size_t i = 0; i < n; i++)
        group[i] = local.group[node[i]];
out:
    qd_local_search_free(&local);
    qd_neighbours_free(&ties);
    return status;
}

static void keep_best(const qd_weights_t *weights, uint16_t a[], const uint16_t b[], const uint16_t fused[])
{
    double of_a = qd_weights_disagreements(weights, a), of_b = qd_weights_disagreements(weights, b);
    double of_fused = qd_weights_disagreements(weights, fused);
    const uint16_t *best = of_fused < of_a && of_fused <= of_b ? fused : of_b < of_a ? b : NULL;
    if (best)
        memcpy(a, best, weights->n * sizeof *a);
}

qd_status_t qd_fuse(const qd_weights_t *weights, qd_local_search_t *local, const qd_annealing_t *annealing,
                    uint16_t a[], const uint16_t b[], qd_error_t *error)
{
    size_t n = weights->n;
    qd_status_t status = QD_OK;
    double *w = NULL;
    uint16_t *numbers = qd_new(4 * n, sizeof *numbers, error);
    if (!numbers)
        return QD_ERROR_MEMORY;
    uint16_t *node = numbers, *first = numbers + n, *from = numbers + 2 * n, *group = numbers + 3 * n;
    size_t nodes = common_nodes(n, a, b, node, first);
    w = qd_new(nodes * nodes, sizeof *w, error);
    if (!w) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    sum_ties(weights, node, nodes, w);
    for (size_t m = 0; m < nodes; m++)
        from[m] = a[first[m]];
    status =
        search_nodes(n, nodes, w, local->groups_max, weights->tolerance, annealing, from, node, group, error);
    if (status != QD_OK)
        goto out;
    qd_local_search_enter(local, group);
    qd_local_search_kernighan_lin(local);
    keep_best(weights, a, b, local->group);
out:
    free(numbers);
    free(w);
    return status;
}
