/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "ngspice/mifdefs.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ngspice/dllitf.h"

extern struct coreInfo_t *coreitf;

/* The one thing that a code model is handed of its instance is a pointer to a member of it. */
static MIFinstance *instance_of(const Mif_Private_t *mif_private)
{
    return (MIFinstance *)((char *)mif_private->callback - offsetof(MIFinstance, callback));
}

const char *host_instance_name(const Mif_Private_t *mif_private)
{
    return instance_of(mif_private)->MIFname;
}

int host_trailing_number(const char *name, uint64_t *number)
{
    const char *end = name + strlen(name), *digits = end;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    uint64_t n = 0;
    for (const char *d = digits; d < end; d++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*d - '0'), &n))
            return 0;
    *number = n;
    return digits < end;
}

/* Whether one argument, read as ngspice's getopt does ("D:hvbac:ino:pqr:st:"), asks for batch mode; *skip is set if
 * the next argument belongs to it. */
static int asks_for_batch(const char *argument, int *skip)
{
    if (strncmp(argument, "--", 2) == 0)
        return strlen(argument) > 2 && strncmp(argument, "--batch", strlen(argument)) == 0;
    if (argument[0] != '-')
        return 0;
    for (const char *c = argument + 1; *c; c++) {
        if (*c == 'b')
            return 1;
        if (strchr("Dcort", *c)) {
            *skip = c[1] == '\0';
            return 0;
        }
    }
    return 0;
}

/* Whether this process is `ngspice -b`, which has no other way to learn of a failure inside a .control section than
 * the end of the process. */
static int in_batch_program(void)
{
    Dl_info host;
    if (!dladdr((void *)(uintptr_t)coreitf->dllitf_cm_message_send, &host) || strstr(host.dli_fname, "libngspice"))
        return 0;
    char command[4096];
    FILE *f = fopen("/proc/self/cmdline", "rb");
    const size_t size = f ? fread(command, 1, sizeof command - 1, f) : 0;
    if (f)
        fclose(f);
    command[size] = '\0';
    int skip = 1; /* the program's own name */
    for (const char *a = command; a < command + size; a += strlen(a) + 1) {
        if (skip)
            skip = 0;
        else if (asks_for_batch(a, &skip))
            return 1;
    }
    return 0;
}

/* The analysis whose failure has been told. */
static const JOB *told;

void host_fail(const char *format, ...)
{
    const CKTcircuit *ckt = cm_get_circuit();
    if (told != ckt->CKTcurJob) {
        told = ckt->CKTcurJob;
        char message[1024] = "synaptogen: ";
        const size_t name = strlen(message);
        va_list args;
        va_start(args, format);
        vsnprintf(message + name, sizeof message - name, format, args);
        va_end(args);
        cm_message_send(message);
    }
    if (in_batch_program()) {
        fflush(NULL);
        exit(1);
    }
    host_fail_again();
}

void host_forget_failure(void)
{
    told = NULL;
}

int host_failed(const JOB *analysis)
{
    return told && told == analysis;
}

void host_fail_again(void)
{
    /* ngspice 39 gives code models no way to end an analysis. No convergence, no stepping aids and no room for a
     * smaller time step make it give up at once. */
    CKTcircuit *ckt = cm_get_circuit();
    ckt->CKTnumGminSteps = ckt->CKTnumSrcSteps = 0;
    ckt->CKTdelmin = 1e30;
    cm_analog_not_converged();
}

/* Replaces the last component of path, which starts at name, by an entry of its directory that differs only in case.
 * 1 if there is one. */
static int match_component(char *path, char *name)
{
    const char saved = *name;
    *name = '\0';
    DIR *dir = opendir(*path ? path : ".");
    *name = saved;
    int found = 0;
    for (struct dirent *e; dir && !found && (e = readdir(dir));)
        if (strcasecmp(e->d_name, name) == 0) {
            strcpy(name, e->d_name); /* of the same length */
            found = 1;
        }
    if (dir)
        closedir(dir);
    return found;
}

/* Corrects the case of an existing file's path in place. 1 if the file exists. */
static int match_path(char *path)
{
    if (access(path, F_OK) == 0)
        return 1;
    for (char *name = path + strspn(path, "/"); *name;) {
        char *end = name + strcspn(name, "/"), saved = *end;
        *end = '\0';
        const int found = access(path, F_OK) == 0 || match_component(path, name);
        *end = saved;
        if (!found)
            return 0;
        name = end + strspn(end, "/");
    }
    return 1;
}

/* A copy of path in the netlist's directory as it exists on disk, NULL if it does not. To be freed. */
static char *beside_netlist(const char *path)
{
    const char *directory = cm_get_path();
    char *found = NULL;
    if (path[0] == '/' || !directory || !*directory || asprintf(&found, "%s/%s", directory, path) < 0)
        return NULL;
    if (match_path(found))
        return found;
    free(found);
    return NULL;
}

/* A copy of path as it exists on disk, or path itself for the error message. To be freed. */
static char *find_parameter_file(const char *path)
{
    char *file = beside_netlist(path);
    if (!file && (file = strdup(path)))
        match_path(file);
    return file;
}

char *host_find_file(const char *path)
{
    char *as_given = strdup(path), *other = NULL;
    if (as_given && !match_path(as_given) && (other = beside_netlist(path))) {
        free(as_given);
        return other;
    }
    return as_given;
}

char *host_output_file(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup("."), *file = NULL;
    char *absolute = folder && match_path(folder) ? realpath(folder, NULL) : NULL;
    if (*name && absolute && access(absolute, W_OK | X_OK) == 0 && asprintf(&file, "%s/%s", absolute, name) < 0)
        file = NULL;
    free(folder);
    free(absolute);
    return file;
}

/* A model without users stays until another one is loaded: each run of a circuit releases its models and asks for
 * them again. */
typedef struct shared_model {
    struct shared_model *next;
    syn_model *model;
    size_t users;
    int order;
    struct stat file; /* zeroed for the built-in set */
} shared_model;

static shared_model *shared_models;

/* file NULL: the built-in set. */
static syn_model *load_model(const char *file, int order, syn_error *err)
{
    syn_params *params = malloc(sizeof *params);
    syn_model *model = NULL;
    if (!params)
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
    else if ((file ? syn_params_load(file, params, err) : syn_params_default(params, err)) == SYN_OK)
        syn_model_create(params, order, &model, err);
    free(params);
    return model;
}

/* Whether two files are one and have the same contents. */
static int same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void drop_unused_models(void)
{
    for (shared_model **link = &shared_models; *link;) {
        shared_model *s = *link;
        if (s->users > 0) {
            link = &s->next;
            continue;
        }
        *link = s->next;
        syn_model_free(s->model);
        free(s);
    }
}

static const syn_model *acquire(const char *file, int order, syn_error *err)
{
    shared_model wanted = {.users = 1, .order = order};
    if (!file || stat(file, &wanted.file) == 0)
        for (shared_model *s = shared_models; s; s = s->next)
            if (s->order == order && same_file(&s->file, &wanted.file)) {
                s->users++;
                return s->model;
            }
    drop_unused_models();
    wanted.model = load_model(file, order, err);
    if (!wanted.model)
        return NULL;
    shared_model *s = malloc(sizeof *s);
    if (!s) {
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
        syn_model_free(wanted.model);
        return NULL;
    }
    wanted.next = shared_models;
    *s = wanted;
    shared_models = s;
    return s->model;
}

const syn_model *host_model_acquire(const char *path, int order)
{
    syn_error err = {.status = SYN_ENOMEM, .text = "out of memory"};
    char *file = *path ? find_parameter_file(path) : NULL;
    const syn_model *model = !*path || file ? acquire(file, order, &err) : NULL;
    free(file);
    if (!model) {
        char text[700];
        host_fail("params: %s", syn_error_format(&err, text, sizeof text));
    }
    return model;
}

void host_model_release(const syn_model *model)
{
    for (shared_model *s = shared_models; s; s = s->next)
        if (s->model == model)
            s->users--;
}

int host_whole_number(const char *name, double value, double low, double high, double *out)
{
    *out = value;
    if (value >= low && value <= high && value == (double)(long long)value)
        return 1;
    host_fail("%s = %.17g is not a whole number in [%.17g, %.17g]", name, value, low, high);
    return 0;
}

int host_choice(const char *name, const char *value, const char *first, const char *second, int *out)
{
    char *end;
    const double number = strtod(value, &end);
    const int is_number = end != value && *end == '\0';
    *out = is_number ? number == 1 : strcasecmp(value, second) == 0;
    if (*out || (is_number ? number == 0 : strcasecmp(value, first) == 0))
        return 1;
    host_fail("%s = \"%s\" is neither \"%s\" (0) nor \"%s\" (1)", name, value, first, second);
    return 0;
}

int host_start(const char *init, const char *start, const double *r_init, syn_start *out)
{
    int lrs, stationary;
    if (!host_choice("init", init ? init : "hrs", "hrs", "lrs", &lrs) ||
        !host_choice("start", start ? start : "cold", "cold", "stationary", &stationary))
        return 0;
    *out = (syn_start){.history = stationary ? SYN_STATIONARY : SYN_COLD,
                       .mode = lrs ? SYN_LRS : SYN_HRS,
                       .resistance = r_init ? *r_init : 0};
    if (r_init && init) {
        host_fail("init and r_init are both given, use one of them");
        return 0;
    }
    if (r_init && *r_init == 0) {
        host_fail("r_init = 0 ohm is not positive");
        return 0;
    }
    return 1;
}

/* Numbers in blocks of 64, in a hash table with open addressing: cells mostly come in rows. */
typedef struct number_block {
    uint64_t block, taken; /* taken 0: an empty place of the table */
} number_block;

struct host_numbers {
    struct host_numbers *next;
    const CKTcircuit *circuit;
    const syn_model *model;
    uint64_t seed;
    size_t users, size, used; /* size: places of the table, a power of 2 */
    number_block *table;
};

static host_numbers *all_numbers;

host_numbers *host_numbers_acquire(const CKTcircuit *circuit, const syn_model *model, uint64_t seed)
{
    host_numbers *n = all_numbers;
    while (n && !(n->circuit == circuit && n->model == model && n->seed == seed))
        n = n->next;
    if (!n) {
        n = malloc(sizeof *n);
        if (!n)
            return NULL;
        *n = (host_numbers){.next = all_numbers, .circuit = circuit, .model = model, .seed = seed};
        all_numbers = n;
    }
    n->users++;
    return n;
}

void host_numbers_release(host_numbers *numbers)
{
    if (--numbers->users > 0)
        return;
    host_numbers **link = &all_numbers;
    while (*link != numbers)
        link = &(*link)->next;
    *link = numbers->next;
    free(numbers->table);
    free(numbers);
}

/* The place of a block in a table that has room for it. */
static number_block *place_of(number_block *table, size_t size, uint64_t block)
{
    size_t k = (block * 0x9e3779b97f4a7c15u) >> 32 & (size - 1); /* Fibonacci hashing */
    while (table[k].taken && table[k].block != block)
        k = (k + 1) & (size - 1);
    return &table[k];
}

/* Keeps a quarter of the table empty. */
static int make_room(host_numbers *n)
{
    if (4 * n->used < 3 * n->size)
        return 1;
    const size_t size = n->size ? 2 * n->size : 16;
    number_block *table = calloc(size, sizeof *table);
    if (!table)
        return 0;
    for (size_t k = 0; k < n->size; k++)
        if (n->table[k].taken)
            *place_of(table, size, n->table[k].block) = n->table[k];
    free(n->table);
    n->table = table;
    n->size = size;
    return 1;
}

int host_numbers_take(host_numbers *numbers, uint64_t number)
{
    if (!make_room(numbers))
        return -1;
    number_block *b = place_of(numbers->table, numbers->size, number >> 6);
    const uint64_t bit = (uint64_t)1 << (number & 63);
    if (b->taken & bit)
        return 0;
    numbers->used += b->taken == 0;
    b->block = number >> 6;
    b->taken |= bit;
    return 1;
}

void host_take_over(SPICEdev *device, int (*ask)(CKTcircuit *, GENinstance *, int, IFvalue *, IFvalue *),
                    int (*accept)(CKTcircuit *, GENmodel *))
{
    device->DEVask = ask;
    device->DEVaccept = accept;
    device->DEVtrunc = NULL; /* these would look through all instances for what none of them has */
    device->DEVconvTest = NULL;
    device->DEVpublic.num_inst_var = 0;
}

/* The simulator's table of STATIC_VARs has no entry then, and its pointer to it is free for the model's own. */
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

int host_is_null(const GENinstance *instance, int connection)
{
    return ((const MIFinstance *)instance)->conn[connection]->is_null;
}

const Mif_Port_Data_t *host_port(const GENinstance *instance, int connection, int k)
{
    return ((const MIFinstance *)instance)->conn[connection]->port[k];
}

double host_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port)
{
    if (ckt->CKTmode & MODEINITJCT)
        return 0;
    if (ckt->CKTmode & (MODEINITTRAN | MODEINITPRED))
        return ckt->CKTstate1[port->old_input];
    return ckt->CKTrhsOld[port->smp_data.pos_node] - ckt->CKTrhsOld[port->smp_data.neg_node];
}
