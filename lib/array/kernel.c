/* SPDX-License-Identifier: MIT */
/* The arrays' kernel, a vector of cells at a time. Compiled once for each instruction set (base/isa.h).
 *
 * Elementary functions: polynomials of the Cephes library (S. L. Moshier, single precision: logf, sinf, cosf, exp2f),
 * relative error below 2e-7 over the ranges used here. */
#include "array/kernel.h"
#include "model/limits.h"
#include SYNP_ISA_FILE

#include <math.h>
#include <string.h>
#include <synaptogen/rng.h>

/* A Philox block gives four normals: the innovations of one cycle, half a device vector. A fifth feature needs a second
 * block, and the sum over four features in draw_cycle another term. */
_Static_assert(SYN_NFEAT == 4 && SYN_NDEVICE == 8, "one Philox block for the features of a cycle, two for a device");

enum { WIDTH = SYNP_FLOATS }; /* cells of a vector; divides SYNP_LANES */

static inline floats all(float x)
{
    return (floats){0} + x;
}

static inline floats choose(ints mask, floats yes, floats no)
{
    return (floats)((mask & (ints)yes) | (~mask & (ints)no));
}

/* *p = v where mask is set. */
static inline void update(float *p, ints mask, floats v)
{
    store_floats(p, choose(mask, v, load_floats(p)));
}

static inline floats magnitude(floats a)
{
    return (floats)((ints)a & 0x7fffffff);
}

static inline floats root(floats a)
{
    float v[WIDTH];
    store_floats(v, a);
    for (int k = 0; k < WIDTH; k++)
        v[k] = sqrtf(v[k]);
    return load_floats(v);
}

/* Nearest integer, |a| < 2^22. */
static inline floats nearest(floats a)
{
    return (a + 12582912.0f) - 12582912.0f;
}

static inline ints to_ints(floats a)
{
    return __builtin_convertvector(a, ints);
}

static inline floats to_floats(ints a)
{
    return __builtin_convertvector(a, floats);
}

/* 0, 1, 2, .. */
static inline words numbers(void)
{
    static const uint32_t n[SYNP_LANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    words v;
    memcpy(&v, n, sizeof v);
    return v;
}

/* Bit k of bits -> lane k all ones. */
static inline ints expand(uint32_t bits)
{
    const words bit = ((words){0} + 1) << numbers();
    return (ints)((bits & bit) != 0);
}

/* ln a = e ln 2 + ln m with m in [0.707, 1.414); a > 0 and normal. */
static inline void split(floats a, floats *e, floats *ln_m)
{
    const ints exponent = ((ints)a - 0x3f3504f3) >> 23;
    const floats f = (floats)((ints)a - (exponent << 23)) - 1.0f, z = f * f;
    floats y = all(7.0376836292e-2f);
    y = y * f - 1.1514610310e-1f;
    y = y * f + 1.1676998740e-1f;
    y = y * f - 1.2420140846e-1f;
    y = y * f + 1.4249322787e-1f;
    y = y * f - 1.6668057665e-1f;
    y = y * f + 2.0000714765e-1f;
    y = y * f - 2.4999993993e-1f;
    y = y * f + 3.3333331174e-1f;
    *e = to_floats(exponent);
    *ln_m = f + (y * f * z - 0.5f * z);
}

static inline floats exp2_floats(floats a)
{
    const floats bounded = smallest(largest(a, all(-126.0f)), all(126.0f)), k = nearest(bounded), f = bounded - k;
    floats y = all(1.535336188319500e-4f);
    y = y * f + 1.339887440266574e-3f;
    y = y * f + 9.618437357674640e-3f;
    y = y * f + 5.550332471162809e-2f;
    y = y * f + 2.402264791363012e-1f;
    y = y * f + 6.931472028550421e-1f;
    y = y * f + 1.0f;
    return y * (floats)((to_ints(k) + 127) << 23);
}

/* a^b for 0 <= a <= 1, b > 0. */
static inline floats power(floats a, float b)
{
    floats e, ln_m;
    split(largest(a, all(1e-30f)), &e, &ln_m);
    return exp2_floats(b * (e + ln_m * 1.44269504f));
}

/* sqrt(-2 ln u) for u = (w + 1/2) 2^-32. Next to 1 single precision cannot hold u: there ln u comes from v = 1 - u.
 */
static inline floats radius_floats(words w)
{
    const floats u = (to_floats((ints)(w >> 8)) * 256.0f + to_floats((ints)(w & 255)) + 0.5f) * 0x1p-32f;
    const words rest = ~w;
    const floats v = (to_floats((ints)(rest >> 8)) * 256.0f + to_floats((ints)(rest & 255)) + 0.5f) * 0x1p-32f;
    floats e, ln_m;
    split(u, &e, &ln_m);
    const floats near_one = -v * (1.0f + v * (0.5f + v * 0.33333333f));
    return root(-2.0f * choose(v < 0.00390625f, near_one, e * 0.693147181f + ln_m));
}

/* length (cos, sin)(2 pi (w + 1/2) 2^-32). Read as signed, w is the angle less half a turn. */
static inline void direction(words w, floats length, floats *x, floats *y)
{
    const ints centred = (ints)(w ^ 0x80000000u);
    const floats turns = to_floats(centred) * 0x1p-32f, quarters = nearest(turns * 4.0f);
    const floats f = (turns * 4.0f - quarters) * 1.57079633f, z = f * f;
    floats s = all(-1.9515295891e-4f), c = all(2.443315711809948e-5f);
    s = s * z + 8.3321608736e-3f;
    s = s * z - 1.6666654611e-1f;
    s = s * z * f + f;
    c = c * z - 1.388731625493765e-3f;
    c = c * z + 4.166664568298827e-2f;
    c = c * z * z - 0.5f * z + 1.0f;
    const ints q = to_ints(quarters), odd = (q & 1) != 0;
    const ints sign_sine = (ints)((words)(q & 2) << 30), sign_cosine = (ints)((words)((q + 1) & 2) << 30);
    const floats sine = (floats)((ints)choose(odd, c, s) ^ sign_sine);
    const floats cosine = (floats)((ints)choose(odd, s, c) ^ sign_cosine);
    *x = -length * cosine;
    *y = -length * sine;
}

/* Philox4x32-10 with a counter per lane; constants: Salmon et al., SC'11. */
static inline void philox(uint64_t seed, words c[4])
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        words h0, l0, h1, l1;
        multiply_wide(0xd2511f53u, c[0], &h0, &l0);
        multiply_wide(0xcd9e8d57u, c[2], &h1, &l1);
        c[0] = h1 ^ c[1] ^ k0;
        c[1] = l1;
        c[2] = h0 ^ c[3] ^ k1;
        c[3] = l0;
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
}

/* WIDTH consecutive cells from `cell` on. */
static inline void counter_of_cells(uint64_t cell, words *low, words *high)
{
    *low = (uint32_t)cell + numbers();
    *high = (words)((ints){0} + (int32_t)(cell >> 32)) - (words)(*low < (uint32_t)cell);
}

static inline void normals(uint64_t seed, words low, words high, words index, syn_purpose purpose, floats z[4])
{
    words w[4] = {index, (words){0} + ((uint32_t)purpose << 24), low, high};
    philox(seed, w);
    for (int i = 0; i < 4; i += 2)
        direction(w[i + 1], radius_floats(w[i]), &z[i], &z[i + 1]);
}

static inline floats polynomial(const float *c, int n, floats x)
{
    floats y = all(c[n - 1]);
    for (int j = n - 2; j >= 0; j--)
        y = y * x + c[j];
    return y;
}

/* A spline. Each lane loads the coefficients of its piece. */
static inline floats piecewise(const synp_pieces *p, floats x)
{
    const floats t = (x - p->low) * p->per_step, inside = smallest(largest(t, all(0)), all((float)p->pieces));
    float c[4][WIDTH], at[WIDTH], left[WIDTH];
    store_floats(at, inside);
    for (int k = 0; k < WIDTH; k++) {
        const int piece = (int)at[k] < p->pieces ? (int)at[k] : p->pieces - 1;
        left[k] = at[k] - (float)piece;
        for (int j = 0; j < 4; j++)
            c[j][k] = p->c[piece][j];
    }
    const floats f = load_floats(left);
    floats y = load_floats(c[3]);
    for (int j = 2; j >= 0; j--)
        y = y * f + load_floats(c[j]);
    return y + (t - inside) * choose(t < 0, all(p->first), all(p->last));
}

/* A feature that has a spline or a scale other than linear. */
static floats feature_at(const synp_single *s, int i, floats mu, floats sigma, floats x)
{
    const floats v = mu + sigma * (s->spline[i].pieces ? piecewise(&s->spline[i], x)
                                   : s->n_gamma        ? polynomial(s->gamma[i], s->n_gamma, x)
                                                       : all(0));
    if (s->scale[i] == SYN_LINEAR)
        return v;
    const floats y =
        s->scale[i] == SYN_LOG ? exp2_floats(v * 1.44269504f) : 1.0f / largest(v, all((float)(1 / SYNP_FEATURE_MAX)));
    return (i == SYN_U_SET ? -1.0f : 1.0f) * smallest(y, all((float)SYNP_FEATURE_MAX));
}

/* Chord conductances of LLRS and HHRS at u. */
typedef struct chords {
    floats l, h;
} chords;

/* u > 0. Apart, so that sets with polynomials have short functions. */
static __attribute__((noinline)) void exponential_chords(const synp_single *s, floats u, chords *out)
{
    out->l = s->llrs[0] * exp2_floats(u * polynomial(s->llrs + 1, s->n_llrs - 1, u));
    out->h = s->hhrs[0] * exp2_floats(u * polynomial(s->hhrs + 1, s->n_hhrs - 1, u));
}

/* u > 0 for exponentials. Polynomials are without their c[0] = 0. */
static inline chords curve_chords(const synp_single *s, floats u)
{
    if (s->exponential) {
        chords both;
        exponential_chords(s, u, &both);
        return both;
    }
    return (chords){polynomial(s->llrs + 1, s->n_llrs - 1, u), polynomial(s->hhrs + 1, s->n_hhrs - 1, u)};
}

static inline floats clamp_voltage(const synp_single *s, floats u)
{
    return smallest(largest(u, all(-s->u_linear)), all(s->u_linear));
}

static inline floats current(const synp_single *s, floats r, floats u)
{
    const chords curves = curve_chords(s, clamp_voltage(s, u));
    return u * (curves.l + r * (curves.h - curves.l));
}

/* WIDTH cells of a block, from lane number `lane` on, and their states. */
typedef struct slice {
    synp_block *block;
    float *r;
    size_t lane;
} slice;

/* k x + d h of the lanes, from the slots that hold x and h, of which the new h takes the place. */
static inline void long_memory(const synp_single *s, const slice *p, ints mask, floats h[SYN_NFEAT])
{
    synp_block *b = p->block;
    const size_t o = p->lane;
    for (int i = 0; i < SYN_NFEAT; i++) {
        floats odd = {0};
        h[i] = odd;
        for (int j = 0; j < SYN_NFEAT; j++) {
            h[i] += s->a[0][i][j] * load_floats(b->x[0][j] + o);
            odd += s->a[1][i][j] * load_floats(b->x[1][j] + o);
        }
        h[i] += odd;
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        update(b->x[1][i] + o, mask, h[i]);
}

/* What a cycle has, from its latent vector. */
static void put_features(const synp_single *s, const slice *p, const floats x[SYN_NFEAT], ints mask)
{
    synp_block *b = p->block;
    const size_t o = p->lane;
    floats y[SYN_NFEAT];
    for (int i = 0; i < SYN_NFEAT; i++) {
        const floats mu = load_floats(b->mu[i] + o), sigma = load_floats(b->sigma[i] + o);
        y[i] = s->plain ? mu + sigma * polynomial(s->gamma[i], s->n_gamma, x[i]) : feature_at(s, i, mu, sigma, x[i]);
    }
    const floats g_hrs = exp2_floats(
        -3.32192809f * smallest(largest(y[SYN_LOG10_R_HRS], all(SYNP_LOG10_R_HRS_MIN)), all(SYNP_LOG10_R_HRS_MAX)));
    const floats g_lrs = 1.0f / largest(y[SYN_R_LRS], all(s->r_lrs_min));
    update(b->r_hrs + o, mask, (s->g_llrs - g_hrs) * s->g_gap);
    update(b->r_lrs + o, mask, (s->g_llrs - g_lrs) * s->g_gap);
    update(b->u_set + o, mask, smallest(y[SYN_U_SET], all(-(float)SYNP_THRESHOLD_MIN)));
    update(b->u_reset + o, mask, largest(y[SYN_U_RESET], all((float)SYNP_THRESHOLD_MIN)));
}

/* Cycle number `cycle` of the lanes in mask, whose slot in the history is the same. Not inline: each caller must get the
 * same bits, and a compiler may fuse multiplications and additions differently at each place. */
static __attribute__((noinline)) void draw_cycle(const synp_single *s, uint64_t cell, const slice *p, words cycle,
                                                 int slot, ints mask, bool features)
{
    words low, high;
    counter_of_cells(cell, &low, &high);
    synp_block *b = p->block;
    const size_t o = p->lane;
    floats e[SYN_NFEAT], x[SYN_NFEAT];
    normals(s->seed, low, high, cycle, SYN_DRAW_CYCLE, e);
    floats odd[SYN_NFEAT] = {{0}}; /* a second sum, because one would wait for each of its terms */
    for (int i = 0; i < SYN_NFEAT; i++) {
        x[i] = s->b[i][0] * e[0];
        for (int j = 1; j <= i; j++)
            x[i] += s->b[i][j] * e[j];
    }
    if (s->is_long)
        long_memory(s, p, mask, odd);
    for (int l = 0; !s->is_long && l < s->slots; l++) {
        const int from = slot - 1 - l;
        const synp_floats *lag = (const synp_floats *)b->x[from < 0 ? from + s->slots : from];
#pragma GCC unroll 4
        for (int i = 0; i < SYN_NFEAT; i++) {
            x[i] += s->a[l][i][0] * load_floats(lag[0] + o);
            odd[i] += s->a[l][i][1] * load_floats(lag[1] + o);
            x[i] += s->a[l][i][2] * load_floats(lag[2] + o);
            odd[i] += s->a[l][i][3] * load_floats(lag[3] + o);
        }
    }
    for (int i = 0; i < SYN_NFEAT; i++) {
        x[i] += odd[i];
        update(b->x[slot][i] + o, mask, x[i]);
    }
    if (features)
        put_features(s, p, x, mask);
}

/* Component of each lane in turn: its cell number modulo their count. */
static inline ints components_in_turn(const synp_single *s, uint64_t cell)
{
    int32_t turn[WIDTH];
    for (int k = 0; k < WIDTH; k++)
        turn[k] = (int32_t)((cell + (uint64_t)k) % (uint64_t)s->n_components);
    ints v;
    memcpy(&v, turn, sizeof v);
    return v;
}

static void init_part(const synp_single *s, uint64_t cell, const slice *p)
{
    words low, high;
    counter_of_cells(cell, &low, &high);
    words w[4] = {{0}, (words){0} + ((uint32_t)SYN_DRAW_DEVICE << 24), low, high};
    philox(s->seed, w);
    floats z[SYN_NDEVICE], v[SYN_NDEVICE];
    normals(s->seed, low, high, (words){0} + 1, SYN_DRAW_DEVICE, z);
    normals(s->seed, low, high, (words){0} + 2, SYN_DRAW_DEVICE, z + SYN_NFEAT);
    ints open = (ints){0} - 1;
    const ints turn = s->in_turn ? components_in_turn(s, cell) : open;
    for (int k = 0; k < s->n_components; k++) {
        const ints mine = s->in_turn                 ? turn == k
                          : k == s->n_components - 1 ? open
                                                     : open & (ints)(w[0] < s->threshold[k]);
        for (int i = 0; i < SYN_NDEVICE; i++) {
            floats x = all(s->mean[k][i]);
            for (int j = 0; j <= i; j++)
                x += s->chol[k][i][j] * z[j];
            v[i] = k == 0 ? x : choose(mine, x, v[i]);
        }
        open &= ~mine;
    }
    for (int i = 0; i < SYN_NFEAT; i++) {
        store_floats(p->block->mu[i] + p->lane, v[i]);
        store_floats(p->block->sigma[i] + p->lane, magnitude(v[SYN_NFEAT + i]));
    }
    draw_cycle(s, cell, p, (words){0}, 0, (ints){0} - 1, true);
    store_floats(p->r, load_floats(p->block->r_hrs + p->lane));
}

static void SYNP_FOR_ISA(init)(const synp_single *s, uint64_t block, synp_block *b, float *r)
{
    for (size_t o = 0; o < SYNP_LANES; o += WIDTH)
        init_part(s, s->first + block * SYNP_LANES + o, &(slice){b, r + o, o});
}

/* Cycle n of the lanes of mask, group by group of those that share a slot of the history. */
static void draw_cycles(const synp_single *s, uint64_t cell, const slice *p, words n, ints mask, bool features)
{
    const uint32_t *number = p->block->n + p->lane;
    const uint32_t slots = s->is_long ? 1 : (uint32_t)s->slots; /* x of all cycles is in slot 0 */
    store_words(p->block->n + p->lane, n);
    for (uint32_t left = collect(mask); left;) {
        const uint32_t first = number[__builtin_ctz(left)], slot = first % slots;
        uint32_t group = 0;
        if (collect((ints)(n == first) & mask) == left)
            group = left; /* the usual case: all in the same cycle */
        for (uint32_t rest = group ? 0 : left; rest; rest &= rest - 1) {
            const int k = __builtin_ctz(rest);
            group |= (uint32_t)(number[k] % slots == slot) << k;
        }
        draw_cycle(s, cell, p, n, (int)slot, expand(group), features);
        left &= ~group;
    }
}

/* The transition of the lanes of mask into the next cycle starts at x1 in state r. */
static __attribute__((noinline)) void start_transition(const synp_single *s, const slice *p, floats x1, floats r,
                                                       ints mask)
{
    update(p->block->x1 + p->lane, mask, x1);
    update(p->block->y1 + p->lane, mask, current(s, r, x1));
}

/* Begins the next cycle in the lanes of mask. */
static inline void begin_cycles(const synp_single *s, uint64_t cell, const slice *p, ints mask)
{
    const size_t o = p->lane;
    start_transition(s, p, load_floats(p->block->u_thr + o), load_floats(p->r), mask);
    draw_cycles(s, cell, p, load_words(p->block->n + o) - (words)mask, mask, true); /* + 1 where set */
}

static void SYNP_FOR_ISA(begin)(const synp_single *s, uint64_t block, synp_block *b, const float *r, uint32_t mask)
{
    for (size_t o = 0; o < SYNP_LANES; o += WIDTH) {
        const ints chosen = expand(mask >> o & ((UINT32_C(1) << WIDTH) - 1));
        float state[WIDTH];
        memcpy(state, r + o, sizeof state);
        if (collect(chosen))
            begin_cycles(s, s->first + block * SYNP_LANES + o, &(slice){b, state, o}, chosen);
    }
}

/* Of the cycles that are passed through only the latent vectors are needed, of the last but one where it ends. */
static void advance_part(const synp_single *s, uint64_t cell, const slice *p, words to)
{
    synp_block *b = p->block;
    const size_t o = p->lane;
    for (words n = load_words(b->n + o);;) {
        const ints left = (ints)(n < to), last = left & (ints)(n + 1 == to);
        if (!collect(left))
            return;
        if (collect(last))
            start_transition(s, p, load_floats(b->u_reset + o), load_floats(b->r_lrs + o), last);
        n -= (words)left;
        draw_cycles(s, cell, p, n, left, collect(left & ~(ints)(n + 1 < to)) != 0);
    }
}

static void SYNP_FOR_ISA(advance)(const synp_single *s, uint64_t block, synp_block *b, const uint32_t *to)
{
    for (size_t o = 0; o < SYNP_LANES; o += WIDTH)
        advance_part(s, s->first + block * SYNP_LANES + o, &(slice){b, NULL, o}, load_words(to + o));
}

/* State on the RESET transition at u. */
static inline floats transition(const synp_single *s, const slice *p, floats u)
{
    const size_t o = p->lane;
    const floats y1 = load_floats(p->block->y1 + o),
                 y2 = s->i_llrs_max + load_floats(p->block->r_hrs + o) * s->i_gap_max;
    const floats x1 = load_floats(p->block->x1 + o);
    const floats left = ((s->u_max_high - u) + s->u_max_low) / ((s->u_max_high - x1) + s->u_max_low);
    const floats i = y2 + (y1 - y2) * power(left, s->eta);
    const chords curves = curve_chords(s, u);
    return (i - u * curves.l) / (u * (curves.h - curves.l));
}

static inline uint32_t apply_part(const synp_single *s, uint64_t cell, const slice *p, uint32_t bits, floats u)
{
    synp_block *b = p->block;
    const size_t o = p->lane;
    const ints chosen = expand(bits);
    const floats u_set = load_floats(b->u_set + o), u_thr = load_floats(b->u_thr + o);
    ints mode;
    memcpy(&mode, b->mode + o, sizeof mode);
    const ints in_lrs = mode == SYN_LRS, in_hrs = mode == SYN_HRS, full = u >= s->u_max;
    ints set = chosen & ~in_lrs & (u <= u_set), reset = chosen & ~in_hrs & ~set & (u > u_thr);
    ints unsure = (~in_lrs & (magnitude(u - u_set) < SYNP_NEAR)) | (in_lrs & (magnitude(u - u_thr) < SYNP_NEAR));
    unsure = chosen & (unsure | (reset & ~full & (choose(in_lrs, u_thr, load_floats(b->x1 + o)) > s->x1_max)));
    set &= ~unsure;
    reset &= ~unsure;
    if (collect(set)) {
        update(p->r, set, load_floats(b->r_lrs + o));
        update(b->u_thr + o, set, load_floats(b->u_reset + o));
        mode = (set & SYN_LRS) | (~set & mode);
    }
    if (collect(reset)) {
        if (collect(reset & in_lrs))
            begin_cycles(s, cell, p, reset & in_lrs);
        const ints partial = reset & ~full;
        floats after = load_floats(b->r_hrs + o);
        if (collect(partial))
            after = choose(full, after, transition(s, p, u));
        update(p->r, reset, after);
        update(b->u_thr + o, reset, smallest(u, all(s->u_max_high)));
        mode = (partial & SYN_IRS) | (~reset & mode); /* HRS is 0 */
    }
    memcpy(b->mode + o, &mode, sizeof mode);
    return collect(unsure);
}

static uint32_t SYNP_FOR_ISA(apply)(const synp_single *s, uint64_t block, synp_block *b, float *r, uint32_t mask,
                                    const float *u)
{
    uint32_t unsure = 0;
    for (size_t o = 0; o < SYNP_LANES; o += WIDTH) {
        const uint32_t bits = mask >> o & ((UINT32_C(1) << WIDTH) - 1);
        if (bits)
            unsure |=
                apply_part(s, s->first + block * SYNP_LANES + o, &(slice){b, r + o, o}, bits, load_floats(u + o))
                << o;
    }
    return unsure;
}

/* Currents a + c r, or 0 where they would have the other sign than the voltage. */
static inline __attribute__((always_inline)) void read_currents(float a, float c, bool negative, const float *r,
                                                                size_t n, bool past_caches, float *i)
{
    size_t k = 0;
    past_caches &= (uintptr_t)i % sizeof(floats) == 0;
#pragma GCC unroll 4
    for (; k < n - n % WIDTH; k += WIDTH) {
        const floats x = a + c * load_floats(r + k), current = negative ? smallest(all(0), x) : largest(all(0), x);
        if (past_caches)
            stream(i + k, current);
        else
            store_floats(i + k, current);
    }
    if (past_caches)
        streamed();
    for (; k < n; k++) {
        const float x = a + c * r[k];
        i[k] = (negative ? x > 0 : x < 0) ? 0 : x;
    }
}

static void SYNP_FOR_ISA(read)(const float chord[2], float u, const float *r, size_t n, bool past_caches, float *i)
{
    if (u < 0)
        read_currents(u * chord[0], u * chord[1], true, r, n, past_caches, i);
    else
        read_currents(u * chord[0], u * chord[1], false, r, n, past_caches, i);
}

static void SYNP_FOR_ISA(normals64)(uint64_t seed, syn_purpose purpose, uint64_t cell, uint64_t index,
                                    float z[4 * SYNP_LANES])
{
    for (size_t o = 0; o < SYNP_LANES; o += WIDTH) {
        words low, high;
        counter_of_cells(cell / 4 + o, &low, &high);
        words w[4] = {(words){0} + (uint32_t)index, (words){0} + ((uint32_t)(index >> 32) | (uint32_t)purpose << 24),
                      low, high};
        floats v[4];
        philox(seed, w);
        for (int i = 0; i < 4; i += 2)
            direction(w[i + 1], radius_floats(w[i]), &v[i], &v[i + 1]);
        interleave(v, z + 4 * o);
    }
}

static void SYNP_FOR_ISA(add_noise)(const float chord[2], float scale, const float *z, const float *r, size_t n,
                                    float *i)
{
    size_t k = 0;
    for (; k + WIDTH <= n; k += WIDTH) {
        const floats g = largest(all(0), chord[0] + chord[1] * load_floats(r + k));
        store_floats(i + k, load_floats(i + k) + scale * root(g) * load_floats(z + k));
    }
    for (; k < n; k++) {
        const float g = chord[0] + chord[1] * r[k];
        i[k] += scale * sqrtf(g < 0 ? 0 : g) * z[k];
    }
}

/* `count` columns of a product. */
static inline __attribute__((always_inline)) void add_columns(const float *r, size_t stride, size_t rows, int count,
                                                              const synp_column *columns, float *i, float *noise)
{
    size_t k = 0;
    for (; k + WIDTH <= rows; k += WIDTH) {
        floats current = load_floats(i + k), variance = load_floats(noise + k);
        for (int j = 0; j < count; j++) {
            const float *cell = r + (size_t)j * stride + k;
            const floats x = load_floats(cell);
            __builtin_prefetch(cell + (size_t)count * stride); /* no hardware looks ahead over a stride of pages */
            current += columns[j].gap * x;
            variance += magnitude(columns[j].noise + columns[j].noise_gap * x);
        }
        store_floats(i + k, current);
        store_floats(noise + k, variance);
    }
    for (; k < rows; k++)
        for (int j = 0; j < count; j++) {
            const float x = r[(size_t)j * stride + k];
            i[k] += columns[j].gap * x;
            noise[k] += fabsf(columns[j].noise + columns[j].noise_gap * x);
        }
}

static void SYNP_FOR_ISA(product)(const float *r, size_t stride, size_t rows, size_t cols, const synp_column *columns,
                                  float *i, float *noise)
{
    memset(i, 0, rows * sizeof *i);
    memset(noise, 0, rows * sizeof *noise);
    size_t j = 0;
    for (; j + 4 <= cols; j += 4)
        add_columns(r + j * stride, stride, rows, 4, columns + j, i, noise);
    for (; j < cols; j++)
        add_columns(r + j * stride, stride, rows, 1, columns + j, i, noise);
}

const synp_array_kernel SYNP_FOR_ISA(synp_array) = {
    SYNP_FOR_ISA(init), SYNP_FOR_ISA(apply),     SYNP_FOR_ISA(begin),     SYNP_FOR_ISA(advance),
    SYNP_FOR_ISA(read), SYNP_FOR_ISA(normals64), SYNP_FOR_ISA(add_noise), SYNP_FOR_ISA(product),
};
