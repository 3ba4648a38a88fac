/* SPDX-License-Identifier: MIT */
/* What an array tells about its cells: features of their present cycles, modes, thresholds. */
#include "array/array.h"

#include <math.h>

/* The feature of a lane of a block. */
static float feature_of(const syn_array *a, const synp_block *b, size_t lane, int feature)
{
    switch (feature) {
        case SYN_LOG10_R_HRS:
            return (float)log10(syn_resistance_of_state(a->model, b->r_hrs[lane]));
        case SYN_U_SET:
            return b->u_set[lane];
        case SYN_R_LRS:
            return (float)syn_resistance_of_state(a->model, b->r_lrs[lane]);
        default:
            return b->u_reset[lane];
    }
}

syn_status syn_array_features(const syn_array *a, const syn_cells *cells, int feature, float *y, syn_error *err)
{
    if (feature < 0 || feature >= SYN_NFEAT)
        return synp_fail(err, SYN_EINVAL, "feature", "%d is outside 0 .. %d", feature, SYN_NFEAT - 1);
    synp_choice choice;
    const syn_status status = synp_choose_writable(a, cells, &choice, err);
    if (status)
        return status;
    for (size_t p = 0; p < choice.parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const synp_block *b = synp_block_at(a, synp_choice_part(&choice, p, &mask, position));
        for (; mask; mask &= mask - 1) {
            const size_t lane = (size_t)__builtin_ctz(mask);
            y[position[lane]] = feature_of(a, b, lane, feature);
        }
    }
    synp_choice_free(&choice);
    return SYN_OK;
}

syn_status syn_array_modes(const syn_array *a, const syn_cells *cells, uint8_t *mode, uint32_t *n, float *u_thr,
                           syn_error *err)
{
    synp_choice choice;
    const syn_status status = synp_choose_writable(a, cells, &choice, err);
    if (status)
        return status;
    for (size_t p = 0; p < choice.parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const synp_block *b = synp_block_at(a, synp_choice_part(&choice, p, &mask, position));
        for (; mask; mask &= mask - 1) {
            const size_t lane = (size_t)__builtin_ctz(mask), j = position[lane];
            if (mode)
                mode[j] = (uint8_t)b->mode[lane];
            if (n)
                n[j] = b->n[lane];
            if (u_thr)
                u_thr[j] = b->u_thr[lane];
        }
    }
    synp_choice_free(&choice);
    return SYN_OK;
}
