/* SPDX-License-Identifier: MIT */
#include "base/linear.h"

#include <float.h>
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

/* Column by column. */
void synp_cholesky_of_semidefinite(int n, double *a)
{
    for (int j = 0; j < n; j++) {
        double rest = a[j * n + j];
        for (int k = 0; k < j; k++)
            rest -= a[j * n + k] * a[j * n + k];
        const double pivot = rest > 1e-12 * a[j * n + j] ? sqrt(rest) : 0;
        for (int i = j + 1; i < n; i++) {
            double entry = a[i * n + j];
            for (int k = 0; k < j; k++)
                entry -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = pivot > 0 ? entry / pivot : 0;
        }
        a[j * n + j] = pivot;
    }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            a[i * n + j] = 0;
}

void synp_cholesky_solve(int n, const double *l, double *b)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= l[i * n + k] * b[k];
        b[i] /= l[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            b[i] -= l[k * n + i] * b[k];
        b[i] /= l[i * n + i];
    }
}

bool synp_cholesky_equations(int n, double *a, double *b)
{
    if (!synp_cholesky_factor(n, a))
        return false;
    synp_cholesky_solve(n, a, b);
    return true;
}

static void swap(double *a, double *b)
{
    const double other = *a;
    *a = *b;
    *b = other;
}

/* Gauss's elimination. The pivot is the largest entry of its column. */
bool synp_equations(int n, double *a, int count, double *b)
{
    for (int p = 0; p < n; p++) {
        int largest = p;
        for (int i = p + 1; i < n; i++)
            largest = fabs(a[i * n + p]) > fabs(a[largest * n + p]) ? i : largest;
        for (int k = p; k < n; k++)
            swap(&a[p * n + k], &a[largest * n + k]);
        for (int c = 0; c < count; c++)
            swap(&b[c * n + p], &b[c * n + largest]);
        if (!(fabs(a[p * n + p]) > 0))
            return false;
        for (int i = p + 1; i < n; i++) {
            const double factor = a[i * n + p] / a[p * n + p];
            for (int k = p + 1; k < n; k++)
                a[i * n + k] -= factor * a[p * n + k];
            for (int c = 0; c < count; c++)
                b[c * n + i] -= factor * b[c * n + p];
        }
    }
    for (int c = 0; c < count; c++)
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                b[c * n + i] -= a[i * n + k] * b[c * n + k];
            b[c * n + i] /= a[i * n + i];
        }
    return true;
}

/* x, y = cos x - sin y, sin x + cos y */
static void rotate(double *x, double *y, double cosine, double sine)
{
    const double before = *x;
    *x = cosine * before - sine * *y;
    *y = sine * before + cosine * *y;
}

/* Jacobi's method: a rotation in the plane of p and q makes a[p][q] 0. With t the tangent of its angle,
 * t^2 + 2 t (a[q][q] - a[p][p]) / (2 a[p][q]) - 1 = 0; the smaller root lets the sweeps converge, at last quadratically. */
static void annihilate(int n, double *a, double *v, int p, int q)
{
    const double apq = a[p * n + q], ratio = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double tangent = copysign(1, ratio) / (fabs(ratio) + hypot(1, ratio)), cosine = 1 / hypot(1, tangent);
    for (int k = 0; k < n; k++)
        rotate(&a[k * n + p], &a[k * n + q], cosine, tangent * cosine);
    for (int k = 0; k < n; k++) {
        rotate(&a[p * n + k], &a[q * n + k], cosine, tangent * cosine);
        rotate(&v[p * n + k], &v[q * n + k], cosine, tangent * cosine);
    }
    a[p * n + q] = a[q * n + p] = 0;
}

bool synp_eigenvectors(int n, double *a, double *w, double *v)
{
    double norm = 0;
    for (int k = 0; k < n * n; k++) {
        norm = hypot(norm, a[k]);
        v[k] = k % (n + 1) == 0;
    }
    for (int sweep = 0, rotations = 1; sweep < 50 && rotations > 0; sweep++) {
        rotations = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > 0.01 * DBL_EPSILON * norm) {
                    annihilate(n, a, v, p, q);
                    rotations++;
                }
    }
    for (int k = 0; k < n; k++)
        w[k] = a[k * n + k];
    return isfinite(norm);
}
