/* SPDX-License-Identifier: MIT */
#include "base/cholesky.h"

#include <math.h>

/* Row by row: a[i][j] = sum_k L[i][k] L[j][k], k = 0 .. j, gives L[i][j], the last unknown in the sum. */
bool synp_cholesky_factor(int n, double *a)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (j > i) {
                a[i * n + j] = 0;
                continue;
            }
            double rest = a[i * n + j];
            for (int k = 0; k < j; k++)
                rest -= a[i * n + k] * a[j * n + k];
            if (i == j && !(rest > 0))
                return false;
            a[i * n + j] = i == j ? sqrt(rest) : rest / a[j * n + j];
        }
    return true;
}
