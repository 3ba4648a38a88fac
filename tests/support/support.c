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
