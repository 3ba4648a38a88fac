/* SPDX-License-Identifier: MIT */
#include "nonzeros.h"

#define spINSIDE_SPARSE
#include "maths/sparse/spconfig.h"
#include "ngspice/spmatrix.h"

#include "maths/sparse/spdefs.h"

/* Up to ngspice 41 the circuit's matrix is the one of its package "sparse". From 42 on it is a structure whose first member
 * points to that one. */
#define SPARSE_OF(matrix) _Generic((matrix), MatrixPtr : (matrix), default : *(const MatrixPtr *)(matrix))

static void each_of_sparse(MatrixPtr m, void (*f)(void *, int row, int column), void *context)
{
    for (int c = 1; c <= m->Size; c++)
        for (const struct MatrixElement *e = m->FirstInCol[c]; e; e = e->NextInCol)
            f(context, m->IntToExtRowMap[e->Row], m->IntToExtColMap[c]);
}

#ifdef KLU
/* The columns are compressed: numbers count from 0 and leave out unknowns that stand in no equation. */
static void each_of_klu(const KLUmatrix *m, void (*f)(void *, int row, int column), void *context)
{
    for (unsigned int c = 0; c < m->KLUmatrixN; c++)
        for (int k = m->KLUmatrixAp[c]; k < m->KLUmatrixAp[c + 1]; k++)
            f(context, 1 + (int)m->KLUmatrixNodeCollapsingNewToOld[m->KLUmatrixAi[k]],
              1 + (int)m->KLUmatrixNodeCollapsingNewToOld[c]);
}
#endif

void host_each_nonzero(const CKTcircuit *ckt, void (*f)(void *context, int row, int column), void *context)
{
#ifdef KLU
    if (ckt->CKTmatrix->CKTkluMODE) {
        each_of_klu(ckt->CKTmatrix->SMPkluMatrix, f, context);
        return;
    }
#endif
    each_of_sparse(SPARSE_OF(ckt->CKTmatrix), f, context);
}
