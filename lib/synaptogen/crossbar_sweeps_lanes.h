/* SPDX-License-Identifier: MIT */
/* The solver of crossbar_lines_kernel.h in one precision. A file that includes it defines REAL, PRECISION and
 * ACCURACY. */
#include "crossbar_lines_kernel.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct synp_lines_work {
    const synp_lines *lines;
    synp_coarse *coarse;        /* NULL: one level */
    REAL *r[2];                 /* ohm, per line */
    REAL *inverse[2];           /* 1/S, of the last pivot of each line; 0: nothing to be solved for */
    REAL *t[2];                 /* of the segment before each node: [ld x cols]; [tiles][rows][SYNP_TILE] */
    REAL *g;                    /* S, [ld x cols] as all below */
    REAL *x, *res, *z, *p, *ap; /* solution, residual, preconditioned residual, direction, A times it */
    REAL *y;                    /* G B^-1 G of something */
    REAL *coarse_z, *coarse_az, *coarse_y;
    REAL *expanded; /* coarse columns on all rows, [ld x knots] */
    REAL *room;     /* [threads][ld x SYNP_TILE] */
    void *memory;
    size_t bytes;
};

static size_t tiles_of(const synp_lines *l)
{
    return (l->cols + SYNP_TILE - 1) / SYNP_TILE;
}

static size_t matrix_size(const synp_lines *l)
{
    return l->ld * l->cols;
}

static void release(synp_lines_work *w)
{
    if (!w)
        return;
    free(w->memory);
    free(w);
}

static size_t bytes(const synp_lines_work *w)
{
    return sizeof *w + w->bytes;
}

/* Places `count` numbers in the memory, or only counts them while there is none. */
static REAL *place(synp_lines_work *w, size_t count)
{
    const size_t line = 64 / sizeof(REAL), at = w->bytes / sizeof(REAL);
    w->bytes += (count + line - 1) / line * 64;
    return w->memory ? (REAL *)w->memory + at : NULL;
}

static void place_all(synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    const size_t padded = tiles_of(l) * SYNP_TILE, n = matrix_size(l);
    w->bytes = 0;
    for (int along = 0; along < 2; along++) {
        w->r[along] = place(w, along ? padded : l->ld);
        w->inverse[along] = place(w, along ? padded : l->ld);
    }
    w->t[0] = place(w, n);
    w->t[1] = place(w, padded * l->rows);
    REAL **const matrices[] = {&w->g, &w->x, &w->res, &w->z, &w->p, &w->ap, &w->y};
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
        *matrices[k] = place(w, n);
    if (w->coarse) {
        w->coarse_z = place(w, n);
        w->coarse_az = place(w, n);
        w->coarse_y = place(w, n);
        w->expanded = place(w, l->ld * synp_coarse_knots(w->coarse, 1)->count);
    }
    w->room = place(w, (size_t)l->threads * l->ld * SYNP_TILE);
}

static syn_status create(const synp_lines *l, synp_coarse *coarse, synp_lines_work **out)
{
    synp_lines_work *w = calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return SYN_ENOMEM;
    w->lines = l;
    w->coarse = coarse;
    place_all(w);
    w->memory = synp_allocate(w->bytes);
    if (!w->memory) {
        release(w);
        *out = NULL;
        return SYN_ENOMEM;
    }
    memset(w->memory, 0, w->bytes);
    place_all(w);
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? l->cols : l->rows); i++)
            w->r[along][i] = (REAL)l->r[along][i];
    return SYN_OK;
}

/* Conductance of a line to its source at one end, as far as it is no node of the source. */
static REAL loose_end(const double *end, size_t i)
{
    return isinf(end[i]) ? 0 : (REAL)end[i];
}

static REAL last_pivot(const synp_lines *l, int along, size_t i, REAL e)
{
    const double *first = l->end[2 * along], *last = l->end[2 * along + 1];
    e += loose_end(last, i);
    return e > 0 && !isinf(first[i]) && !isinf(last[i]) ? 1 / e : 0;
}

/* Rows from .. to - 1 of all columns. */
static void factor_rows(synp_lines_work *w, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    REAL *e = w->inverse[0], *t = w->t[0];
    for (size_t i = from; i < to; i++)
        e[i] = i < l->rows ? loose_end(l->end[SYN_LEFT], i) + w->g[i] : 0;
    for (size_t j = 1; j < l->cols; j++) {
        const REAL *r = w->r[0], *g = w->g + l->ld * j;
        REAL *tj = t + l->ld * j;
#pragma omp simd
        for (size_t i = from; i < to; i++) {
            tj[i] = 1 / (1 + r[i] * e[i]);
            e[i] = g[i] + tj[i] * e[i];
        }
    }
    for (size_t i = from; i < to && i < l->rows; i++)
        e[i] = last_pivot(l, 0, i, e[i]);
}

/* room[i][k] = a[i, k] b[i, k], or a[i, k] without b, of the n columns of a tile; 0 behind them. */
static void load_tile(const synp_lines *l, const REAL *restrict a, const REAL *restrict b, size_t n,
                      REAL *restrict room)
{
    for (size_t i = 0; i < l->ld; i += SYNP_TILE)
        for (size_t k = 0; k < SYNP_TILE; k++) {
            const size_t at = i + l->ld * k;
            REAL v[SYNP_TILE] = {0};
            if (k < n)
                for (size_t m = 0; m < SYNP_TILE; m++)
                    v[m] = b ? a[at + m] * b[at + m] : a[at + m];
            for (size_t m = 0; m < SYNP_TILE; m++)
                room[(i + m) * SYNP_TILE + k] = v[m];
        }
}

/* The way back: out = room times b. */
static void store_tile(const synp_lines *l, const REAL *restrict room, const REAL *restrict b, size_t n,
                       REAL *restrict out)
{
    for (size_t i = 0; i < l->ld; i += SYNP_TILE)
        for (size_t k = 0; k < n; k++) {
            const size_t at = i + l->ld * k;
            REAL v[SYNP_TILE];
            for (size_t m = 0; m < SYNP_TILE; m++)
                v[m] = room[(i + m) * SYNP_TILE + k];
            for (size_t m = 0; m < SYNP_TILE; m++)
                out[at + m] = b ? v[m] * b[at + m] : v[m];
        }
}

static void factor_tile(synp_lines_work *w, size_t tile, REAL *room)
{
    const synp_lines *l = w->lines;
    const size_t first = tile * SYNP_TILE, n = l->cols - first < SYNP_TILE ? l->cols - first : SYNP_TILE;
    REAL *t = w->t[1] + first * l->rows;
    const REAL *r = w->r[1] + first;
    REAL e[SYNP_TILE] = {0};
    load_tile(l, w->g + l->ld * first, NULL, n, room);
    for (size_t k = 0; k < n; k++)
        e[k] = loose_end(l->end[SYN_TOP], first + k) + room[k];
    for (size_t i = 1; i < l->rows; i++)
#pragma omp simd
        for (size_t k = 0; k < SYNP_TILE; k++) {
            const REAL ti = 1 / (1 + r[k] * e[k]);
            t[i * SYNP_TILE + k] = ti;
            e[k] = room[i * SYNP_TILE + k] + ti * e[k];
        }
    for (size_t k = 0; k < n; k++)
        w->inverse[1][first + k] = last_pivot(l, 1, first + k, e[k]);
}

/* Rows of thread number `part`, in whole tiles. */
static size_t row_limit(const synp_lines *l, int part)
{
    return l->ld / SYNP_TILE * (size_t)part / (size_t)l->threads * SYNP_TILE;
}

static void factor(synp_lines_work *w, const double *g)
{
    const synp_lines *l = w->lines;
    const size_t n = matrix_size(l);
    for (size_t k = 0; k < n; k++)
        w->g[k] = (REAL)g[k];
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++) {
        factor_rows(w, row_limit(l, part), row_limit(l, part + 1));
        for (size_t tile = (size_t)part; tile < tiles_of(l); tile += (size_t)l->threads)
            factor_tile(w, tile, w->room + (size_t)part * l->ld * SYNP_TILE);
    }
}

/* Rows from .. to - 1 of out = A^-1 in; may be in place. */
static void solve_rows(const synp_lines_work *w, const REAL *in, REAL *out, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    const REAL *r = w->r[0];
    for (size_t i = from; i < to; i++)
        out[i] = in[i];
    for (size_t j = 1; j < l->cols; j++) {
        const REAL *before = out + l->ld * (j - 1), *tj = w->t[0] + l->ld * j, *inj = in + l->ld * j;
        REAL *f = out + l->ld * j;
#pragma omp simd
        for (size_t i = from; i < to; i++)
            f[i] = inj[i] + tj[i] * before[i];
    }
    REAL *last = out + l->ld * (l->cols - 1);
    for (size_t i = from; i < to; i++)
        last[i] *= w->inverse[0][i];
    for (size_t j = l->cols - 1; j > 0; j--) {
        const REAL *after = out + l->ld * j, *tj = w->t[0] + l->ld * j;
        REAL *f = out + l->ld * (j - 1);
#pragma omp simd
        for (size_t i = from; i < to; i++)
            f[i] = tj[i] * (after[i] + r[i] * f[i]);
    }
}

/* room = B^-1 room, for the columns of a tile. */
static void sweep_tile(const synp_lines_work *w, size_t tile, REAL *room)
{
    const synp_lines *l = w->lines;
    const size_t first = tile * SYNP_TILE;
    const REAL *t = w->t[1] + first * l->rows, *r = w->r[1] + first, *inverse = w->inverse[1] + first;
    REAL f[SYNP_TILE];
    memcpy(f, room, sizeof f);
    for (size_t i = 1; i < l->rows; i++)
#pragma omp simd
        for (size_t k = 0; k < SYNP_TILE; k++)
            room[i * SYNP_TILE + k] = f[k] = room[i * SYNP_TILE + k] + t[i * SYNP_TILE + k] * f[k];
    for (size_t k = 0; k < SYNP_TILE; k++)
        f[k] *= inverse[k];
    for (size_t i = l->rows - 1; i > 0; i--) {
        REAL *at = room + i * SYNP_TILE;
#pragma omp simd
        for (size_t k = 0; k < SYNP_TILE; k++) {
            const REAL x = f[k];
            f[k] = t[i * SYNP_TILE + k] * (x + r[k] * at[k - SYNP_TILE]);
            at[k] = x;
        }
    }
    memcpy(room, f, sizeof f);
}

/* out = b B^-1 (a in); a or b NULL: without it. May be in place. */
static void solve_columns(const synp_lines_work *w, const REAL *a, const REAL *in, const REAL *b, REAL *out)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        for (size_t tile = (size_t)part; tile < tiles_of(l); tile += (size_t)l->threads) {
            const size_t first = tile * SYNP_TILE, n = l->cols - first < SYNP_TILE ? l->cols - first : SYNP_TILE;
            const size_t at = l->ld * first;
            REAL *room = w->room + (size_t)part * l->ld * SYNP_TILE;
            load_tile(l, in + at, a ? a + at : NULL, n, room);
            sweep_tile(w, tile, room);
            store_tile(l, room, b ? b + at : NULL, n, out + at);
        }
}

static double dot(const synp_lines *l, const REAL *a, const REAL *b)
{
    double sum = 0;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1) reduction(+ : sum)
    for (size_t j = 0; j < l->cols; j++) {
        const REAL *aj = a + l->ld * j, *bj = b + l->ld * j;
        REAL s = 0;
#pragma omp simd reduction(+ : s)
        for (size_t i = 0; i < l->ld; i++)
            s += aj[i] * bj[i];
        sum += (double)s;
    }
    return sum;
}

static void invert_rows(const synp_lines_work *w, const REAL *in, REAL *out)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        solve_rows(w, in, out, row_limit(l, part), row_limit(l, part + 1));
}

/* In the coarse grid: the sums of y over the hat functions. */
static void restrict_rows(const synp_lines_work *w, const REAL *y)
{
    const synp_lines *l = w->lines;
    const synp_knots *rows = synp_coarse_knots(w->coarse, 0), *cols = synp_coarse_knots(w->coarse, 1);
    double *values = synp_coarse_values(w->coarse);
    memset(values, 0, rows->count * cols->count * sizeof *values);
    for (size_t j = 0; j < l->cols; j++) {
        const REAL *yj = y + l->ld * j;
        double *near = values + rows->count * cols->knot[j];
        const double after = cols->share[j], before = 1 - after;
        for (size_t k = 0; k + 1 < rows->count; k++) {
            const size_t from = rows->at[k], n = rows->at[k + 1] - from;
            const REAL step = 1 / (REAL)n;
            REAL sum = 0, moment = 0;
#pragma omp simd reduction(+ : sum, moment)
            for (size_t i = 0; i < n; i++) {
                sum += yj[from + i];
                moment += (REAL)i * step * yj[from + i];
            }
            near[k] += before * (double)(sum - moment);
            near[k + 1] += before * (double)moment;
            near[rows->count + k] += after * (double)(sum - moment);
            near[rows->count + k + 1] += after * (double)moment;
        }
        near[rows->count - 1] += before * (double)yj[l->rows - 1];
        near[2 * rows->count - 1] += after * (double)yj[l->rows - 1];
    }
}

/* Coarse columns on all rows. */
static void expand_rows(const synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    const synp_knots *rows = synp_coarse_knots(w->coarse, 0), *cols = synp_coarse_knots(w->coarse, 1);
    const double *values = synp_coarse_values(w->coarse);
    for (size_t c = 0; c < cols->count; c++, values += rows->count)
        for (size_t i = 0; i < l->rows; i++) {
            const size_t k = rows->knot[i];
            const double share = rows->share[i];
            w->expanded[l->ld * c + i] = (REAL)(values[k] + (share > 0 ? share * (values[k + 1] - values[k]) : 0));
        }
}

/* Adds to az = A z at the knot of column c what flows along the wires: z is linear between knots. */
static void add_wires(const synp_lines_work *w, size_t c, REAL *az)
{
    const synp_lines *l = w->lines;
    const synp_knots *cols = synp_coarse_knots(w->coarse, 1);
    const REAL *here = w->expanded + l->ld * c;
    for (int far = 0; far < 2; far++) {
        const int at_end = far ? c + 1 == cols->count : c == 0;
        const REAL *there = at_end ? NULL : far ? here + l->ld : here - l->ld;
        const REAL segments =
            at_end ? 1 : (REAL)(far ? cols->at[c + 1] - cols->at[c] : cols->at[c] - cols->at[c - 1]);
        for (size_t i = 0; i < l->rows; i++)
            az[i] += at_end ? (REAL)l->end[far][i] * here[i] : (here[i] - there[i]) / (segments * w->r[0][i]);
    }
}

/* z = the coarse correction, az = A z. */
static void prolong(const synp_lines_work *w, REAL *z, REAL *az)
{
    const synp_lines *l = w->lines;
    const synp_knots *cols = synp_coarse_knots(w->coarse, 1);
    expand_rows(w);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++) {
        const size_t c = cols->knot[j];
        const REAL share = (REAL)cols->share[j], *near = w->expanded + l->ld * c, *g = w->g + l->ld * j;
        const REAL *next = share > 0 ? near + l->ld : near;
        REAL *zj = z + l->ld * j, *azj = az + l->ld * j;
#pragma omp simd
        for (size_t i = 0; i < l->ld; i++) {
            zj[i] = near[i] + share * (next[i] - near[i]);
            azj[i] = g[i] * zj[i];
        }
        if (j == cols->at[c])
            add_wires(w, c, azj);
        else if (j + 1 == l->cols) /* the last knot */
            add_wires(w, cols->count - 1, azj);
    }
}

/* z = M^-1 res: a sweep along the rows, and with a coarse grid its correction and a second sweep. Returns A z. */
static const REAL *precondition(const synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    REAL *z = w->z, *az = w->coarse_az;
    invert_rows(w, w->res, z);
    if (!w->coarse)
        return w->res;
    solve_columns(w, w->g, z, w->g, w->y); /* the residual after the first sweep */
    restrict_rows(w, w->y);
    synp_coarse_solve(w->coarse);
    prolong(w, w->coarse_z, az);
    solve_columns(w, w->g, w->coarse_z, w->g, w->coarse_y);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++)
        for (size_t k = l->ld * j; k < l->ld * (j + 1); k++) {
            const REAL left = w->y[k] - az[k] + w->coarse_y[k];
            az[k] += w->res[k] + left;
            w->y[k] = left;
        }
    invert_rows(w, w->y, w->y);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++)
        for (size_t k = l->ld * j; k < l->ld * (j + 1); k++)
            z[k] += w->coarse_z[k] + w->y[k];
    return az;
}

/* p = z + beta p, ap = az + beta ap. */
static void turn(const synp_lines_work *w, const REAL *az, REAL beta)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++)
        for (size_t k = l->ld * j; k < l->ld * (j + 1); k++) {
            w->p[k] = w->z[k] + beta * w->p[k];
            w->ap[k] = az[k] + beta * w->ap[k];
        }
}

/* x += alpha p, res -= alpha S p. */
static void advance(const synp_lines_work *w, REAL alpha)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++)
        for (size_t k = l->ld * j; k < l->ld * (j + 1); k++) {
            w->x[k] += alpha * w->p[k];
            w->res[k] -= alpha * (w->ap[k] - w->y[k]);
        }
}

/* S x = res by conjugate gradients. */
static int iterate(const synp_lines_work *w, double tolerance, int most, int *iterations)
{
    const synp_lines *l = w->lines;
    const REAL *az = precondition(w);
    double rz = dot(l, w->res, w->z), beta = 0;
    const double enough = tolerance * tolerance * rz;
    for (int n = 0; n < most && rz > enough; n++) {
        turn(w, az, (REAL)beta);
        solve_columns(w, w->g, w->p, w->g, w->y);
        const double psp = dot(l, w->p, w->ap) - dot(l, w->p, w->y), alpha = rz / psp;
        if (!(psp > 0 && isfinite(alpha)))
            return 0;
        advance(w, (REAL)alpha);
        az = precondition(w);
        const double next = dot(l, w->res, w->z);
        beta = next / rz;
        rz = next;
        ++*iterations;
    }
    return isfinite(rz) && rz >= 0;
}

static int solve(synp_lines_work *w, const double *rho_u, const double *rho_w, double tolerance, int most, double *du,
                 double *dw, int *iterations)
{
    const synp_lines *l = w->lines;
    const size_t n = matrix_size(l);
    for (size_t k = 0; k < n; k++)
        w->y[k] = (REAL)rho_w[k];
    solve_columns(w, NULL, w->y, w->g, w->y);
    for (size_t k = 0; k < n; k++) {
        w->res[k] = (REAL)rho_u[k] + w->y[k];
        w->x[k] = w->p[k] = w->ap[k] = 0;
    }
    const int sound = iterate(w, tolerance, most, iterations);
    for (size_t k = 0; k < n; k++)
        w->y[k] = (REAL)rho_w[k] + w->g[k] * w->x[k];
    solve_columns(w, NULL, w->y, NULL, w->y);
    for (size_t k = 0; k < n; k++) {
        du[k] += (double)w->x[k];
        dw[k] += (double)w->y[k];
    }
    return sound;
}

const synp_lines_precision PRECISION = {ACCURACY, create, release, bytes, factor, solve};
