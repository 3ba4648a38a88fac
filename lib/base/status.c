/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/version.h>

const char *syn_version(void)
{
    return SYN_VERSION;
}

const char *syn_strstatus(syn_status status)
{
#define SYN_X(name, text, advice) [name] = text,
    static const char *const texts[] = {SYN_STATUS_LIST(SYN_X)};
#undef SYN_X
    return (unsigned)status < sizeof texts / sizeof *texts ? texts[status] : "unknown status";
}

const char *syn_status_advice(syn_status status)
{
#define SYN_X(name, text, advice) [name] = advice,
    static const char *const advices[] = {SYN_STATUS_LIST(SYN_X)};
#undef SYN_X
    return (unsigned)status < sizeof advices / sizeof *advices ? advices[status] : "unknown status";
}

void synp_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = ' ';
}

syn_status synp_fail(syn_error *err, syn_status status, const char *field, const char *format, ...)
{
    if (err) {
        *err = (syn_error){.status = status};
        snprintf(err->field, sizeof err->field, "%s", field);
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        synp_one_line(err->field);
        synp_one_line(err->text);
    }
    return status;
}

syn_status synp_no_memory(syn_error *err)
{
    return synp_fail(err, SYN_ENOMEM, "", "%s", syn_strstatus(SYN_ENOMEM));
}

syn_status synp_in_file(syn_error *err, const char *file, syn_status status)
{
    if (err)
        snprintf(err->file, sizeof err->file, "%s", file);
    return status;
}

syn_status synp_check_reserved(const uint64_t *reserved, size_t bytes, const char *type, syn_error *err)
{
    for (size_t k = 0; k < bytes / sizeof *reserved; k++)
        if (reserved[k])
            return synp_fail(err, SYN_EINVAL, "reserved", "word %zu of %s is not 0: zero-initialise the structure", k,
                             type);
    return SYN_OK;
}

syn_status synp_tell(const syn_progress *p, double share, syn_error *err)
{
    if (!p->call || p->call(p->context, share))
        return SYN_OK;
    return synp_fail(err, SYN_ESTOPPED, "progress", "%s", syn_strstatus(SYN_ESTOPPED));
}

const char *syn_error_format(const syn_error *e, char *buf, size_t size)
{
    char line[16] = "";
    if (e->line > 0)
        snprintf(line, sizeof line, "%s%d", e->file[0] ? ":" : "line ", e->line);
    const bool has_place = e->file[0] || line[0];
    snprintf(buf, size, "%s%s%s%s%s%s", e->file, line, has_place ? ": " : "", e->field, e->field[0] ? ": " : "",
             e->text[0] ? e->text : syn_strstatus(e->status));
    if (size > 0)
        synp_one_line(buf);
    return buf;
}

bool synp_grow(void *v, size_t size, size_t *room)
{
    void *old, *more;
    const size_t wanted = *room ? 2 * *room : 256;
    memcpy(&old, v, sizeof old);
    more = realloc(old, wanted * size);
    if (!more)
        return false;
    memcpy(v, &more, sizeof more);
    *room = wanted;
    return true;
}
