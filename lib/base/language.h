/* SPDX-License-Identifier: MIT */
/* Numbers in files have a decimal point, whatever language the host has set. Between begin and end the calling thread reads and
 * writes numbers so; other threads do not notice. */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include <locale.h>

typedef struct synp_language {
    locale_t plain, before;
} synp_language;

/* Without memory for it the host's language stays. */
static inline synp_language synp_language_begin(void)
{
    synp_language l = {.plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0)};
    if (l.plain)
        l.before = uselocale(l.plain);
    return l;
}

static inline void synp_language_end(synp_language l)
{
    if (!l.plain)
        return;
    uselocale(l.before);
    freelocale(l.plain);
}

#endif
