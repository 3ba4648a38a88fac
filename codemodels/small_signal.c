/* SPDX-License-Identifier: MIT */
#include "small_signal.h"

#include "fail.h"
#include "instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngspice/mifdefs.h"

/* What a noise analysis keeps of a device. */
typedef struct part {
    double last;    /* V^2/Hz, density at the frequency before */
    double out, in; /* V^2, V^2 or A^2: integrated noise at the output and referred to the input */
} part;
typedef struct host_noise_run {
    part *part;  /* [instances x (parts + 1)], the last one of an instance is the sum of the others */
    char **name; /* of the simulator's list of results, until it is closed */
    size_t names;
} host_noise_run;

static int count_parts(const host_small_signal *s)
{
    int count = 0;
    while (s->parts[count])
        count++;
    return count;
}

int host_add_conductances(const host_small_signal *s, const GENmodel *first)
{
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));) {
        const size_t ports = s->ports(g);
        for (size_t k = 0; k < ports; k++)
            for (size_t l = 0; l < ports; l++)
                host_stamp(g, s->connection, k, l, s->conductance(g, k, l));
    }
    return OK;
}

double host_transfer(const GENinstance *instance, int connection, size_t k, const CKTcircuit *ckt, bool imaginary)
{
    const Mif_Smp_Ptr_t *at = &host_port(instance, connection, (int)k)->smp_data;
    const double *adjoint = imaginary ? ckt->CKTirhs : ckt->CKTrhs;
    return adjoint[at->pos_node] - adjoint[at->neg_node];
}

/* Integral of the density [V^2/Hz] between two frequencies, where it is a power of the frequency between its values. */
static double integrate(double f1, double f2, double s1, double s2)
{
    if (!(f1 > 0 && s1 > 0 && s2 > 0))
        return 0.5 * (s1 + s2) * (f2 - f1);
    const double power = log(s2 / s1) / log(f2 / f1);
    return fabs(power + 1) < 1e-10 ? f1 * s1 * log(f2 / f1) : (f2 * s2 - f1 * s1) / (power + 1);
}

static void free_names(host_noise_run *r)
{
    for (size_t k = 0; k < r->names; k++)
        free(r->name[k]);
    free(r->name);
    r->name = NULL;
    r->names = 0;
}

static void free_run(host_small_signal *s)
{
    if (!s->run)
        return;
    free_names(s->run);
    free(s->run->part);
    free(s->run);
    s->run = NULL;
}

/* Adds a name to the list of results: that of a part, or of the sum if origin is NULL. Returns false without memory. */
static bool add_name(host_noise_run *r, Ndata *data, const char *kind, const char *instance, const char *origin)
{
    char *name, **names = realloc(r->name, (r->names + 1) * sizeof *names);
    if (!names)
        return false;
    r->name = names;
    if (asprintf(&name, "%s_%s%s%s", kind, instance, origin ? "_" : "", origin ? origin : "") < 0)
        return false;
    r->name[r->names++] = name;
    data->namelist = TREALLOC(IFuid, data->namelist, data->numPlots + 1);
    data->namelist[data->numPlots++] = name;
    return true;
}

/* Names all results of a plot. Returns false without memory. */
static bool add_names(const host_small_signal *s, int mode, const GENmodel *first, Ndata *data)
{
    const int parts = count_parts(s);
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));)
        for (int k = 0; s->ports(g) > 0 && k <= parts; k++)
            if (mode == N_DENS ? !add_name(s->run, data, "onoise", g->GENname, s->parts[k])
                               : !add_name(s->run, data, "onoise_total", g->GENname, s->parts[k]) ||
                                     !add_name(s->run, data, "inoise_total", g->GENname, s->parts[k]))
                return false;
    return true;
}

/* Makes the memory of an analysis. Returns false without memory. */
static bool begin_run(host_small_signal *s, const GENmodel *first)
{
    size_t count = 0;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));)
        count++;
    free_run(s);
    s->run = calloc(1, sizeof *s->run);
    if (s->run)
        s->run->part = calloc(count * (size_t)(count_parts(s) + 1), sizeof *s->run->part);
    return s->run && s->run->part;
}

/* Adds the noise of the present frequency to the integrals of an instance and of the circuit. */
static void add_up(part *p, int parts, const double *now, Ndata *data)
{
    for (int k = 0; k < parts; k++) {
        if (data->delFreq != 0) {
            const double out = integrate(data->lstFreq, data->freq, p[k].last, now[k]), in = out * data->GainSqInv;
            p[k].out += out;
            p[k].in += in;
            p[parts].out += out;
            p[parts].in += in;
            data->outNoiz += out;
            data->inNoise += in;
        }
        p[k].last = now[k];
    }
}

/* The densities at one frequency. Returns OK or an error of the simulator. */
static int add_densities(const host_small_signal *s, const GENmodel *first, const CKTcircuit *ckt, Ndata *data,
                         double *density)
{
    const int parts = count_parts(s);
    part *p = s->run->part;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g)); p += parts + 1) {
        double now[HOST_NOISE_PARTS] = {0}, sum = 0;
        if (s->ports(g) == 0)
            continue;
        if (!s->noise(g, ckt, now))
            return E_PRIVATE;
        for (int k = 0; k < parts; k++)
            sum += now[k];
        now[parts] = sum;
        *density += sum;
        add_up(p, parts, now, data);
        for (int k = 0; data->prtSummary && k <= parts; k++)
            data->outpVector[data->outNumber++] = now[k];
    }
    return OK;
}

/* The integrals over all frequencies. */
static void add_totals(const host_small_signal *s, const GENmodel *first, Ndata *data)
{
    const int parts = count_parts(s);
    const part *p = s->run->part;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g)); p += parts + 1)
        for (int k = 0; s->ports(g) > 0 && k <= parts; k++) {
            data->outpVector[data->outNumber++] = p[k].out;
            data->outpVector[data->outNumber++] = p[k].in;
        }
}

int host_add_noise(host_small_signal *s, int mode, int operation, const GENmodel *first, CKTcircuit *ckt, Ndata *data,
                   double *density)
{
    const NOISEAN *job = (const NOISEAN *)ckt->CKTcurJob;
    const bool list = job->NStpsSm != 0; /* the user wants the parts */
    switch (operation) {
        case N_OPEN:
            if ((mode == N_DENS && !begin_run(s, first)) || (list && !add_names(s, mode, first, data)))
                return E_NOMEM;
            return OK;
        case N_CALC:
            if (mode == N_DENS)
                return add_densities(s, first, ckt, data, density);
            if (list)
                add_totals(s, first, data);
            return OK;
        default:
            free_names(s->run);
            return OK;
    }
}

void host_take_over_small_signal(SPICEdev *device, int (*ac_load)(GENmodel *, CKTcircuit *),
                                 int (*pz_load)(GENmodel *, CKTcircuit *, SPcomplex *),
                                 int (*noise)(int, int, GENmodel *, CKTcircuit *, Ndata *, double *))
{
    device->DEVacLoad = ac_load;
    device->DEVpzSetup = host_set_up_again; /* the matrix is another one for the poles and for the zeros */
    device->DEVpzLoad = pz_load;
    device->DEVnoise = noise;
}

void host_read_inputs(const Mif_Private_t *mif_private)
{
    const CKTcircuit *ckt = cm_get_circuit();
    if (mif_private->circuit.anal_type != MIF_AC)
        return;
    for (int i = 0; i < mif_private->num_conn; i++) {
        const Mif_Conn_Data_t *c = mif_private->conn[i];
        for (int j = 0; !c->is_null && c->is_input && j < c->size; j++) {
            c->port[j]->input.rvalue = host_voltage(ckt, c->port[j]);
            ckt->CKTstate0[c->port[j]->old_input] = c->port[j]->input.rvalue;
        }
    }
}

/* The current [A] of an output that remains when all inputs are 0 V in its linearisation. Its slopes become gains. */
static double take_slopes(const Mif_Private_t *mif_private, const Mif_Port_Data_t *out)
{
    double rest = out->output.rvalue;
    for (int i = 0; i < mif_private->num_conn; i++) {
        const Mif_Conn_Data_t *c = mif_private->conn[i];
        for (int j = 0; !c->is_null && c->is_input && j < c->size; j++) {
            out->ac_gain[i].port[j].real = out->partial[i].port[j];
            rest -= out->partial[i].port[j] * c->port[j]->input.rvalue;
        }
    }
    return rest;
}

void host_hand_over(const Mif_Private_t *mif_private)
{
    const CKTcircuit *ckt = cm_get_circuit();
    if (mif_private->circuit.anal_type != MIF_AC)
        return;
    for (int i = 0; i < mif_private->num_conn; i++) {
        const Mif_Conn_Data_t *c = mif_private->conn[i];
        for (int j = 0; !c->is_null && c->is_output && j < c->size; j++) {
            const Mif_Port_Data_t *out = c->port[j];
            const double rest = take_slopes(mif_private, out);
            if (out->type == MIF_VOLTAGE || out->type == MIF_DIFF_VOLTAGE) {
                ckt->CKTrhs[out->smp_data.branch] += rest;
            } else {
                ckt->CKTrhs[out->smp_data.pos_node] -= rest;
                ckt->CKTrhs[out->smp_data.neg_node] += rest;
            }
        }
    }
}
