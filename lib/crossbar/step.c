/* SPDX-License-Identifier: MIT */
/* Quasi-static steps of an array that switches: solutions, and SETs between them (switch.c). */
#include "crossbar/crossbar.h"
#include "crossbar/order.h"

bool synp_crossbar_can_switch(const syn_crossbar *x)
{
    return x->array && synp_is_writable(x->array);
}

syn_status synp_crossbar_let_switch(syn_crossbar *x, syn_error *err)
{
    if (x->switching)
        return SYN_OK;
    if (synp_switching_create(&x->lines, x->kernel, x->array, x->cells.r, x->access.inner, &x->switching))
        return synp_no_memory(err);
    synp_switching_hold_resets(x->switching, x->hold_resets);
    return SYN_OK;
}

void syn_crossbar_restart(syn_crossbar *x)
{
    if (x->switching)
        synp_switching_restart(x->switching);
}

syn_status syn_crossbar_try(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution unseen;
    if (x->cells.kind != SYNP_NONE && !synp_crossbar_can_switch(x))
        return synp_fail(err, SYN_EINVAL, "array",
                         x->cells.kind == SYNP_CURVE ? "a read-only array cannot switch"
                                                     : "linear cells cannot switch");
    syn_status status = synp_crossbar_sources(x, v, err);
    if (!status)
        status = synp_crossbar_let_switch(x, err);
    return status ? status : synp_crossbar_converge(x, true, info ? info : &unseen, err);
}

syn_status syn_crossbar_latch(syn_crossbar *x, size_t *count, syn_error *err)
{
    *count = 0;
    return x->switching && synp_switching_latch(x->switching, SYNP_ALL_CELLS, count) ? synp_no_memory(err) : SYN_OK;
}

void synp_crossbar_hold_resets(syn_crossbar *x, bool hold)
{
    x->hold_resets = hold;
    if (x->switching)
        synp_switching_hold_resets(x->switching, hold);
}

size_t synp_crossbar_sets(const syn_crossbar *x)
{
    return x->switching ? synp_switching_sets(x->switching) : 0;
}

void synp_crossbar_waiting(const syn_crossbar *x, void (*f)(void *, size_t, double, double), void *context)
{
    if (x->switching)
        synp_switching_waiting(x->switching, f, context);
}

size_t synp_crossbar_contested(const syn_crossbar *x)
{
    const synp_view v = synp_crossbar_view(x);
    return x->switching ? synp_switching_contested(x->switching, &v) : 0;
}

syn_status synp_crossbar_let(syn_crossbar *x, size_t cell, size_t *count)
{
    *count = 0;
    return x->switching ? synp_switching_latch(x->switching, cell, count) : SYN_OK;
}

void syn_crossbar_commit(syn_crossbar *x)
{
    if (x->switching)
        synp_switching_commit(x->switching);
}

syn_status synp_crossbar_settle(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution all = {0};
    size_t latched = 1;
    syn_crossbar_restart(x);
    while (latched > 0) {
        syn_status status = syn_crossbar_try(x, v, info, err);
        if (!status)
            status = syn_crossbar_latch(x, &latched, err);
        if (status) {
            syn_crossbar_restart(x);
            return status;
        }
        info->newton += all.newton;
        info->iterations += all.iterations;
        all = *info;
    }
    return SYN_OK;
}

syn_status syn_crossbar_step(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution unseen;
    const syn_status status = synp_crossbar_settle(x, v, info ? info : &unseen, err);
    if (!status)
        syn_crossbar_commit(x);
    return status;
}
