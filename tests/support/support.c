/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const syn_params *support_params(void)
{
    static syn_params params;
    if (params.n_components == 0)
        cr_assert(eq(int, syn_params_default(&params, NULL), SYN_OK));
    return &params;
}

const syn_params *support_second_format(void)
{
    static syn_params p;
    if (p.n_components)
        return &p;
    p = *support_params();
    const syn_scale scales[SYN_NFEAT] = {SYN_LINEAR, SYN_LOG, SYN_INVERSE, SYN_LOG};
    /* Of -ln(0.68), 1 / 4500 and ln(0.73), each with a spread of some per cent. */
    const double device[SYN_NDEVICE] = {4.9, -0.386, 2.2e-4, -0.315, 0.19, 0.09, 8e-6, 0.05};
    memcpy(p.scale, scales, sizeof scales);
    p.n_components = 5;
    p.in_turn = true;
    memset(p.chol, 0, sizeof p.chol);
    for (int k = 0; k < 5; k++) {
        p.weight[k] = 0.2;
        for (int i = 0; i < SYN_NDEVICE; i++)
            p.mean[k][i] = device[i] * (1 + 0.01 * k);
    }
    /* Rising values; slopes of 0, in between, and as large as they may be. */
    p.spline[1] = (syn_spline){5, 3, {-2.5, -0.7, 0.1, 0.8, 3}, {1, 0.6, 0, 1.3, 2}};
    p.spline[2] = (syn_spline){3, 2.5, {-3, 0, 1.5}, {1.2, 1, 0.2}};
    p.gamma[1] = p.gamma[2] = (syn_poly){0};
    return &p;
}

const syn_params *support_exponential(void)
{
    static syn_params p;
    if (p.n_components)
        return &p;
    p = *support_params();
    p.hhrs = p.llrs = (syn_poly){0};
    const double hhrs = log(1e-8), llrs = log(3e-4);
    p.exp_hhrs = (syn_exponential){{5, {hhrs, 2, 6, -3, 0.6}}, {4, {hhrs, 3, 5, -2}}};
    p.exp_llrs = (syn_exponential){{4, {llrs, 0.5, 1.5, -0.5}}, {3, {llrs, 0.2, 1}}};
    p.iv_range = 2;
    for (int k = 0; k < p.n_components; k++)
        p.mean[k][SYN_LOG10_R_HRS] += 2;
    return &p;
}

double support_exponential_current(const syn_exponential *e, double u)
{
    const syn_poly *p = u < 0 ? &e->negative : &e->positive;
    double i = u;
    for (int j = 0; j < p->n; j++)
        i *= exp(p->c[j] * pow(fabs(u), j));
    return i;
}

/* The AR(1) has the variance s and decays by f; the noise has the variance 1 - s. Of what the past does not tell, P is the
 * variance of the AR(1): Kalman's filter settles where P = f^2 P (1 - s) / (P + 1 - s) + s (1 - f^2). The best prediction then
 * follows h_t = f P / (P + 1 - s) (x_{t-1} - h_{t-1}) + f h_{t-1}. */
const syn_params *support_long(void)
{
    static syn_params p;
    const double s = SUPPORT_SHARE, f = SUPPORT_DECAY;
    double variance = s;
    for (int k = 0; k < 2000; k++)
        variance = f * f * variance * (1 - s) / (variance + 1 - s) + s * (1 - f * f);
    const double k = f * variance / (variance + 1 - s);
    p = *support_params();
    p.var[SYN_LONG - 1] = (syn_var){
        .order = SYN_LONG,
        .b = {{sqrt(variance + 1 - s)}, {0, 0.9}, {0, 0.1, 0.8}, {0, -0.2, 0.1, 0.7}},
        .a = {{{k}, {0}, {0, 0, 0.2, 0.05}, {0, 0, -0.1, 0.15}},
              {{f - k}, {0}, {0, 0, 0.75, -0.1}, {0, 0, 0.1, 0.8}}},
    };
    return &p;
}

double support_gamma(const syn_params *p, int i, double x)
{
    const syn_spline *s = &p->spline[i];
    const double step = s->n ? 2 * s->range / (s->n - 1) : 0;
    if (s->n == 0)
        return support_power_sum(&p->gamma[i], x);
    if (x <= -s->range)
        return s->value[0] + s->slope[0] * (x + s->range);
    for (int k = 0; k + 1 < s->n; k++) {
        const double t = (x + s->range) / step - k;
        if (t <= 1)
            return (1 + 2 * t) * (1 - t) * (1 - t) * s->value[k] + t * (1 - t) * (1 - t) * step * s->slope[k] +
                   t * t * (3 - 2 * t) * s->value[k + 1] - t * t * (1 - t) * step * s->slope[k + 1];
    }
    return s->value[s->n - 1] + s->slope[s->n - 1] * (x - s->range);
}

double support_feature(const syn_params *p, int i, double v)
{
    const double sign = i == SYN_U_SET ? -1 : 1;
    return p->scale[i] == SYN_LOG ? sign * exp(v) : p->scale[i] == SYN_INVERSE ? 1 / v : v;
}

const syn_model *support_model(int order)
{
    static syn_model *models[SYN_MAX_ORDER + 1];
    if (!models[order])
        models[order] = support_model_of(support_params(), order);
    return models[order];
}

syn_model *support_model_of(const syn_params *p, int order)
{
    syn_model *m;
    cr_assert(eq(int, syn_model_create(p, &(syn_model_options){.order = order}, &m, NULL), SYN_OK));
    return m;
}

void support_refused(syn_status found, syn_status status, const syn_error *err, const char *field, const char *text)
{
    cr_expect(eq(int, found, status), "%s: %s", field, text);
    cr_expect(eq(int, err->status, status), "%s: %s", field, text);
    cr_expect(eq(str, (char *)err->field, (char *)field), "%s", err->text);
    cr_expect(strstr(err->text, text) != NULL, "%s: \"%s\" does not say \"%s\"", field, err->text, text);
}

static char temporary[] = "/tmp/synaptogen-test-XXXXXX";

char *support_temporary(void)
{
    static bool made;
    if (!made)
        cr_assert(eq(int, close(mkstemp(temporary)), 0));
    made = true;
    return temporary;
}

void support_remove_temporary(void)
{
    unlink(support_temporary());
}

const char *support_path(const char *name)
{
    static char paths[4][4096];
    static unsigned calls;
    const char *srcdir = getenv("srcdir");
    char *path = paths[calls++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", srcdir ? srcdir : ".", name);
    return path;
}

char *support_edited_params(const char *sed_arguments, size_t *size)
{
    char command[8192];
    snprintf(command, sizeof command, "LC_ALL=C sed %s '%s'", sed_arguments, support_path("params/hfo2-1t1r.json"));
    enum { ROOM = 1 << 17 };
    char *text = malloc(ROOM);
    FILE *pipe = popen(command, "r");
    cr_assert(text != NULL && pipe != NULL);
    *size = fread(text, 1, ROOM - 1, pipe);
    text[*size] = '\0';
    cr_assert(eq(int, pclose(pipe), 0), "sed failed: %s", command);
    return text;
}

double support_uniform(uint64_t *state, double low, double high)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * ((double)(*state >> 11) * 0x1p-53);
}

double support_normal(uint64_t *state)
{
    const double u = support_uniform(state, 0, 1), v = support_uniform(state, 0, 1);
    return sqrt(-2 * log(1 - u)) * cos(2 * acos(-1) * v);
}

double support_power_sum(const syn_poly *p, double x)
{
    double sum = 0;
    for (int j = 0; j < p->n; j++)
        sum += p->c[j] * pow(x, j);
    return sum;
}

void support_covariance(const syn_var *v, int terms, int lag, double c[SYN_NFEAT][SYN_NFEAT])
{
    typedef double matrix[SYN_NFEAT][SYN_NFEAT];
    matrix *psi = calloc((size_t)(terms + lag), sizeof *psi), *response = calloc((size_t)(terms + lag), sizeof *psi);
    cr_assert(psi != NULL && response != NULL);
    memset(c, 0, sizeof(matrix));
    for (int t = 0; t < terms + lag; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++) {
                psi[t][i][j] = t == 0 && i == j;
                if (v->order ==
                    SYN_LONG) { /* x = h + b e: h responds with k to x, and with d to h, of the cycle before */
                    for (int k = 0; t > 0 && k < SYN_NFEAT; k++)
                        psi[t][i][j] += v->a[0][i][k] * psi[t - 1][k][j] +
                                        v->a[1][i][k] * (psi[t - 1][k][j] - (t == 1 && k == j));
                    continue;
                }
                for (int l = 1; l <= v->order && l <= t; l++)
                    for (int k = 0; k < SYN_NFEAT; k++)
                        psi[t][i][j] += v->a[l - 1][i][k] * psi[t - l][k][j];
            }
    for (int t = 0; t < terms + lag; t++) /* response to the standard normals: psi b */
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                for (int k = 0; k < SYN_NFEAT; k++)
                    response[t][i][j] += psi[t][i][k] * v->b[k][j];
    for (int t = 0; t < terms; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                for (int k = 0; k < SYN_NFEAT; k++)
                    c[i][j] += response[t + lag][i][k] * response[t][j][k];
    free(psi);
    free(response);
}

void support_worst(double *worst, double value)
{
    if (!(value <= *worst))
        *worst = value;
}

static bool is_long(void)
{
    const char *level = getenv("SYNAPTOGEN_TEST_LEVEL");
    return level && strcmp(level, "long") == 0;
}

int support_cases(int usual, int many)
{
    return is_long() ? many : usual;
}

void support_long_only(void)
{
    if (!is_long())
        cr_skip("takes long: make check-long");
}
