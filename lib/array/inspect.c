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

typedef struct features {
    const syn_array *a;
    int feature;
    float *y;
} features;

static syn_status put_feature(void *context, size_t k, size_t position, syn_error *err)
{
    const features *f = context;
    (void)err;
    f->y[position] = feature_of(f->a, synp_look(f->a, k / SYNP_LANES), k % SYNP_LANES, f->feature);
    return SYN_OK;
}

syn_status syn_array_features(const syn_array *a, const syn_cells *cells, int feature, float *y, syn_error *err)
{
    if (feature < 0 || feature >= SYN_NFEAT)
        return synp_fail(err, SYN_EINVAL, "feature", "%d is outside 0 .. %d", feature, SYN_NFEAT - 1);
    return synp_for_each_cell(a, cells, put_feature, &(features){a, feature, y}, err);
}

typedef struct modes {
    const syn_array *a;
    uint8_t *mode;
    uint32_t *n;
    float *u_thr;
} modes;

static syn_status put_mode(void *context, size_t k, size_t position, syn_error *err)
{
    const modes *m = context;
    const syn_state s = synp_state_of(m->a, k);
    (void)err;
    if (m->mode)
        m->mode[position] = (uint8_t)s.mode;
    if (m->n)
        m->n[position] = (uint32_t)s.n;
    if (m->u_thr)
        m->u_thr[position] = (float)s.u_thr;
    return SYN_OK;
}

syn_status syn_array_modes(const syn_array *a, const syn_cells *cells, uint8_t *mode, uint32_t *n, float *u_thr,
                           syn_error *err)
{
    return synp_for_each_cell(a, cells, put_mode, &(modes){a, mode, n, u_thr}, err);
}
