/* SPDX-License-Identifier: MIT */
#include "cli/extract/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extract_page *page_create(double u0)
{
    extract_page *p = calloc(1, sizeof *p);
    if (p) {
        p->width = 1;
        p->u0 = u0;
    }
    return p;
}

static void drop(page_loop *l)
{
    free(l->s.u);
    free(l->s.i);
    l->s = (syn_sweep){0};
}

void page_free(extract_page *p)
{
    if (!p)
        return;
    drop(&p->best);
    drop(&p->worst);
    for (int k = 0; k < PAGE_SAMPLE; k++)
        drop(&p->sample[k]);
    free(p);
}

static double score_of(const syn_measured *m)
{
    const double value[SYN_NFEAT] = {m->g_hrs, m->u_set, m->g_lrs, m->u_reset};
    double figures = 0, errors = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        if (m->q[i] == SYN_GOOD) {
            figures++;
            errors += fmin(m->error[i] / fabs(value[i]), 1);
        }
    return figures > 0 ? figures - errors / figures : 0;
}

static bool keep(page_loop *l, const syn_sweep *s, const syn_measured *m, double score)
{
    drop(l);
    *l = (page_loop){.s = *s, .m = *m, .score = score};
    l->s.u = malloc(s->n * sizeof *l->s.u);
    l->s.i = malloc(s->n * sizeof *l->s.i);
    if (!l->s.u || !l->s.i)
        return false;
    memcpy(l->s.u, s->u, s->n * sizeof *l->s.u);
    memcpy(l->s.i, s->i, s->n * sizeof *l->s.i);
    return true;
}

/* Uniform in 0 .. n - 1, the same for the same k and stream. */
static uint64_t at_random(uint64_t k, uint64_t stream, uint64_t n)
{
    uint32_t w[4];
    syn_rng_block(stream, 0, k, SYN_DRAW_ESTIMATE, w);
    return (uint64_t)(syn_rng_uniform(w[0]) * (double)n);
}

/* The sample is a reservoir (Vitter, ACM Trans. Math. Softw. 11 (1985) 37): all loops have the same chance. */
bool page_add_loop(extract_page *p, const syn_sweep *s, const syn_measured *m)
{
    if (!p || s->n == 0)
        return true;
    const double score = score_of(m);
    const uint64_t n = p->loops++, at = n < PAGE_SAMPLE ? n : at_random(n, 0, n + 1);
    bool enough = true;
    if (n == 0 || score > p->best.score)
        enough = keep(&p->best, s, m, score);
    if (enough && (n == 0 || score < p->worst.score))
        enough = keep(&p->worst, s, m, score);
    if (enough && at < PAGE_SAMPLE)
        enough = keep(&p->sample[at], s, m, score);
    return enough;
}

/* Adds figure i to a bin that has seen `seen` of them. */
static void add_value(page_bin *b, int i, double value, uint64_t seen)
{
    const uint64_t at = b->n[i] < PAGE_VALUES ? (uint64_t)b->n[i]++ : at_random(seen, (uint64_t)i + 1, seen + 1);
    if (at < PAGE_VALUES)
        b->value[i][at] = (float)value;
}

/* Joins pairs of bins. Of the figures, every second one stays where both bins are full. */
static void widen(extract_page *p)
{
    for (int k = 0; k < PAGE_BINS / 2; k++) {
        page_bin joined = p->bin[2 * k];
        const page_bin *other = &p->bin[2 * k + 1];
        joined.cycles += other->cycles;
        for (int i = 0; i < SYN_NFEAT; i++) {
            for (int q = 0; q < SYN_QUALITIES; q++)
                joined.words[i][q] += other->words[i][q];
            for (int j = 0; j < other->n[i]; j++) {
                if (joined.n[i] < PAGE_VALUES)
                    joined.value[i][joined.n[i]++] = other->value[i][j];
                else if (j % 2)
                    joined.value[i][j] = other->value[i][j];
            }
        }
        p->bin[k] = joined;
    }
    memset(&p->bin[PAGE_BINS / 2], 0, (PAGE_BINS - PAGE_BINS / 2) * sizeof p->bin[0]);
    p->width *= 2;
}

void page_add_cycle(extract_page *p, const syn_extracted *e)
{
    if (!p)
        return;
    while (e->cycle / p->width >= PAGE_BINS)
        widen(p);
    page_bin *b = &p->bin[e->cycle / p->width];
    b->cycles++;
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (e->q[i] == SYN_GOOD)
            add_value(b, i, e->y[i], b->words[i][SYN_GOOD]);
        b->words[i][e->q[i]]++;
    }
}
