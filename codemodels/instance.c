/* SPDX-License-Identifier: MIT */
#include "instance.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ngspice/mifdefs.h"
#include "ngspice/mifproto.h"

/* The simulator hands a code model one pointer into its instance: that of the member callback. */
static MIFinstance *instance_of(const Mif_Private_t *mif_private)
{
    return (MIFinstance *)((char *)mif_private->callback - offsetof(MIFinstance, callback));
}

const char *host_instance_name(const Mif_Private_t *mif_private)
{
    return instance_of(mif_private)->MIFname;
}

bool host_trailing_number(const char *name, uint64_t *number)
{
    const char *end = name + strlen(name), *digits = end;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    uint64_t n = 0;
    for (const char *d = digits; d < end; d++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*d - '0'), &n))
            return false;
    *number = n;
    return digits < end;
}

/* After host_take_over the simulator keeps no STATIC_VARs, and its pointer to their table is free for the model. */
void host_keep(const Mif_Private_t *mif_private, void *kept)
{
    instance_of(mif_private)->inst_var = kept;
}

void *host_kept(const Mif_Private_t *mif_private)
{
    return mif_private->inst_var;
}

void *host_kept_of(const GENinstance *instance)
{
    return ((const MIFinstance *)instance)->inst_var;
}

const GENinstance *host_next_instance(const GENmodel *first, const GENinstance *instance)
{
    if (instance && instance->GENnextInstance)
        return instance->GENnextInstance;
    const GENmodel *m = instance ? instance->GENmodPtr->GENnextModel : first;
    while (m && !m->GENinstances)
        m = m->GENnextModel;
    return m ? m->GENinstances : NULL;
}

int host_monitor(const GENinstance *instance, int question)
{
    return question - ((const MIFinstance *)instance)->num_param;
}

const GENinstance *host_instance(const Mif_Private_t *mif_private)
{
    return &instance_of(mif_private)->gen;
}

const GENmodel *host_models(const Mif_Private_t *mif_private)
{
    const int type = host_instance(mif_private)->GENmodPtr->GENmodType;
    return cm_get_circuit()->CKThead[type];
}

void host_view(const GENinstance *instance, Mif_Private_t *view)
{
    MIFinstance *in = (MIFinstance *)instance;
    *view = (Mif_Private_t){.num_conn = in->num_conn,
                            .conn = in->conn,
                            .num_param = in->num_param,
                            .param = in->param,
                            .num_inst_var = in->num_inst_var,
                            .inst_var = in->inst_var,
                            .callback = &in->callback};
}

bool host_is_null(const GENinstance *instance, int connection)
{
    return ((const MIFinstance *)instance)->conn[connection]->is_null;
}

const Mif_Port_Data_t *host_port(const GENinstance *instance, int connection, int k)
{
    return ((const MIFinstance *)instance)->conn[connection]->port[k];
}

double host_accepted_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port)
{
    return ckt->CKTstate1[port->old_input];
}

void host_stamp(const GENinstance *instance, int connection, size_t k, size_t l, double conductance)
{
    const Mif_Port_Data_t *port = host_port(instance, connection, (int)k);
    const Mif_G_Ptr_t *at = &port->smp_data.input[connection].port[l].g;
    *at->pos_poscntl += conductance;
    *at->pos_negcntl -= conductance;
    *at->neg_poscntl -= conductance;
    *at->neg_negcntl += conductance;
}

static void free_port(const MIFinstance *in, Mif_Port_Data_t *port)
{
    for (int k = 0; k < in->num_conn; k++)
        if (!in->conn[k]->is_null && in->conn[k]->is_input) {
            tfree(port->partial[k].port);
            tfree(port->ac_gain[k].port);
            tfree(port->smp_data.input[k].port);
        }
    tfree(port->partial);
    tfree(port->ac_gain);
    tfree(port->smp_data.input);
}

/* Frees what the simulator's setup allocates without a look at what is there: room of the ports, and defaults. */
static void free_setup(GENmodel *first)
{
    for (MIFmodel *m = (MIFmodel *)first; m; m = MIFnextModel(m))
        for (int k = 0; k < m->num_param; k++)
            if (m->param[k]->is_null)
                tfree(m->param[k]->element);
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));) {
        const MIFinstance *in = (const MIFinstance *)g;
        for (int c = 0; c < in->num_conn; c++)
            for (int j = 0; !in->conn[c]->is_null && in->conn[c]->is_output && j < in->conn[c]->size; j++)
                free_port(in, in->conn[c]->port[j]);
    }
}

/* The simulator's setup forgets the states of the instances; they are handed back afterwards. */
int host_set_up_again(SMPmatrix *matrix, GENmodel *first, CKTcircuit *ckt, int *states)
{
    size_t count = 0;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));)
        count++;
    MIFinstance *kept = malloc((count ? count : 1) * sizeof *kept); /* a model may have no instance */
    if (!kept)
        return E_NOMEM;
    size_t k = 0;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));)
        kept[k++] = *(const MIFinstance *)g;
    free_setup(first);
    const int error = MIFsetup(matrix, first, ckt, states);
    k = 0;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g)); k++) {
        ((MIFinstance *)g)->num_state = kept[k].num_state;
        ((MIFinstance *)g)->state = kept[k].state;
    }
    free(kept);
    return error;
}

double host_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port)
{
    if (ckt->CKTmode & MODEINITJCT)
        return 0;
    if (ckt->CKTmode & (MODEINITTRAN | MODEINITPRED))
        return ckt->CKTstate1[port->old_input];
    return ckt->CKTrhsOld[port->smp_data.pos_node] - ckt->CKTrhsOld[port->smp_data.neg_node];
}
