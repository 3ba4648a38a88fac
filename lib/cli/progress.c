/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <unistd.h>

void progress_show(progress *p, const char *what, size_t done, size_t total)
{
    const time_t now = time(NULL);
    if (!p->start)
        p->start = now;
    if (!isatty(STDERR_FILENO) || now - p->start < 1)
        return;
    const int width = 40, filled = (int)((double)done / (double)total * width);
    fprintf(stderr, "\r%s [%.*s%*s] %3d %%", what, filled, "########################################", width - filled,
            "", (int)(100.0 * (double)done / (double)total));
    p->shown = true;
}

void progress_end(const progress *p)
{
    if (p->shown)
        fputc('\n', stderr);
}
