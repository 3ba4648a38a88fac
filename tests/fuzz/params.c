/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

/* The set as a file. */
static char *written(const syn_params *p, size_t *size)
{
    char *text = NULL;
    FILE *f = open_memstream(&text, size);
    fuzz_require(f != NULL);
    fuzz_require(syn_params_write(p, NULL, f, NULL) == SYN_OK);
    fuzz_require(fclose(f) == 0);
    return text;
}

/* Some cycles of some cells are what the clamps of cell.h allow. */
static void draw(const syn_model *m)
{
    enum { CELLS = 4, CYCLES = 4 };
    syn_cell c;
    for (uint64_t id = 0; id < CELLS; id++) {
        fuzz_require(syn_cell_init(m, 1, id, NULL, &c, NULL) == SYN_OK);
        for (int n = 0; n < CYCLES; n++) {
            const double *y = c.now.y;
            fuzz_require(y[SYN_LOG10_R_HRS] >= 2 && y[SYN_LOG10_R_HRS] <= 12);
            fuzz_require(y[SYN_U_SET] <= -0.01 && isfinite(y[SYN_U_SET]));
            fuzz_require(y[SYN_U_RESET] >= 0.01 && isfinite(y[SYN_U_RESET]));
            fuzz_require(y[SYN_R_LRS] > 0 && isfinite(y[SYN_R_LRS]));
            syn_cell_next_cycle(m, &c);
        }
        fuzz_require(isfinite(syn_current(m, c.state.r, 0.2, NULL)));
    }
}

/* A set that is accepted is written and read again without a change, and every order that it holds can be used or is refused
 * with a reason. */
void fuzz_params(const uint8_t *bytes, size_t size)
{
    static syn_params p, again; /* 50 kB each */
    syn_error err = {0};
    const syn_status s = syn_params_parse((const char *)bytes, size, "input", &p, &err);
    if (s) {
        fuzz_require_message(s, &err);
        return;
    }
    size_t length, length_again;
    char *text = written(&p, &length);
    fuzz_require(syn_params_parse(text, length, "again", &again, &err) == SYN_OK);
    char *text_again = written(&again, &length_again);
    fuzz_require(length == length_again && memcmp(text, text_again, length) == 0);
    free(text);
    free(text_again);
    for (int order = 0; order <= SYN_LONG; order++) {
        syn_model *m;
        const syn_status t = syn_model_create(&p, &(syn_model_options){.order = order}, &m, &err);
        if (t)
            fuzz_require_message(t, &err);
        else
            draw(m);
        syn_model_free(m);
    }
}
