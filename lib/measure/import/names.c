/* SPDX-License-Identifier: MIT */
#include "measure/import/names.h"

#include <ctype.h>
#include <string.h>

static const char *const words[SYNP_ROLES] = {
    [SYNP_U] = "u",
    [SYNP_I] = "i",
    [SYNP_CYCLE] = "cycle",
    [SYNP_CELL] = "cell",
    [SYNP_NAME] = "name",
    [SYNP_LOG_R_HRS] = "log10_r_hrs",
    [SYNP_U_SET] = "u_set",
    [SYNP_R_LRS] = "r_lrs",
    [SYNP_U_RESET] = "u_reset",
    [SYNP_R_HRS] = "r_hrs",
    [SYNP_LOG_R_LRS] = "log10_r_lrs",
};

/* Names as laboratories and instruments write them, in the form that normal() gives, between blanks. German, French,
 * Spanish, Italian and Russian words stand beside the English ones. */
static const char *const synonyms[SYNP_ROLES] = {
    [SYNP_U] =
        " u v voltage voltages volt volts vbias bias biasvoltage vapp vapplied appliedvoltage vtop vte vtb vd vds "
        "va vcell vdut vdevice vmem vmeas vmeasured vforce vforced vsource sourcev sourcevoltage vsrc vsweep vin "
        "vsmu vch av anodev drainv topv tev ud ub ucell uin spannung tension voltaje tensione potential "
        "напряжение u1 v1 av1 ch1v ",
    [SYNP_I] =
        " i current currents curr amps ampere id ids itop ite icell idut idevice imem imeas imeasured ismu ich "
        "ai anodei draini topi tei ia isource sourcei sourcecurrent strom courant corriente corrente intensity "
        "intensité ток i1 ai1 ch1i ",
    [SYNP_ABS_I] = " absi absid absi1 iabs abscurrent currentabs absolutecurrent |i| |id| |current| i1abs absanodei "
                   "absdraini absai ",
    [SYNP_CYCLE] =
        " cycle cycles cyclenumber cycleno cyclenr cyclenum cycleindex cycleid cyc loop loops loopnumber "
        "loopno loopindex sweep sweepnumber sweepno sweepindex repeat repeats repetition rep run runnumber "
        "runno iteration zyklus durchlauf boucle ciclo цикл # no nr ",
    [SYNP_CELL] =
        " cell cellid cellno cellnumber cellname device deviceid devicename deviceno devicenumber dev dut "
        "dutid sample sampleid site address addr wafer waferid die dieid chip chipid block pad padid row col "
        "column wordline bitline wl bl structure zelle bauteil dispositif dispositivo ячейка ",
    [SYNP_ORDINAL] =
        " time t timestamp times elapsedtime elapsed reltime relativetime date datetime clock zeit temps "
        "tiempo время point points pointno pointnumber index idx status stat temperature temp smu1time "
        "time1 t1 resistance r conductance g power p ",
    [SYNP_LOG_R_HRS] = " log10rhrs logrhrs lgrhrs log10hrs loghrs log10roff logroff ",
    [SYNP_LOG_R_LRS] = " log10rlrs logrlrs lgrlrs log10lrs loglrs log10ron logron ",
    [SYNP_R_HRS] = " rhrs hrs roff hrsresistance rhigh highresistance rreset resistancehrs ",
    [SYNP_R_LRS] = " rlrs lrs ron lrsresistance rlow lowresistance rset resistancelrs ",
    [SYNP_U_SET] = " uset vset setvoltage ",
    [SYNP_U_RESET] = " ureset vreset resetvoltage vrst ",
};

/* Parts of names that say the same, less surely. Limits and settings of the instrument are neither. */
static const char *const parts_of_u[] = {"voltage", "volt", "spannung", "tension", "voltaje", "напряж", NULL};
static const char *const parts_of_i[] = {"current", "strom", "courant", "corriente", "corrente", "ток", NULL};
static const char *const settings[] = {"compl", "limit", "range", "step", "start", "stop", "read", "gate", NULL};

synp_role synp_role_of(synp_field word)
{
    for (int k = 1; k < SYNP_ROLES; k++)
        if (words[k] && strlen(words[k]) == word.n && memcmp(words[k], word.at, word.n) == 0)
            return (synp_role)k;
    return SYNP_NO_ROLE;
}

const char *synp_role_word(synp_role role)
{
    return words[role] ? words[role] : "";
}

/* Length of the character of UTF-8 at c, which has up to n bytes; 0 if the bytes are none. */
static size_t utf8_length(const char *c, size_t n)
{
    const unsigned char a = (unsigned char)c[0];
    const size_t length = a < 0x80 ? 1 : a >= 0xf0 && a < 0xf5 ? 4 : a >= 0xe0 ? 3 : a >= 0xc2 ? 2 : 0;
    if (length > n || a >= 0xf5)
        return 0;
    for (size_t k = 1; k < length; k++)
        if (((unsigned char)c[k] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* The character of an 8-bit alphabet in UTF-8. CP1251 where three letters above 127 stand together, as in Russian words;
 * else Latin-1, whose letters of this kind stand alone. Both have the micro sign at 0xb5. */
static size_t put_byte(unsigned char c, bool is_cyrillic, char *out)
{
    unsigned code = c;
    if (is_cyrillic && c >= 0xc0)
        code = 0x410 + (c - 0xc0u);
    else if (c < 0xa0)
        code = '?';
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
}

/* The field in UTF-8 and without control characters; out has room for size bytes. */
static void put_utf8(synp_field f, char *out, size_t size)
{
    size_t at = 0, high = 0, most = 0;
    bool is_utf8 = true;
    for (size_t k = 0, n; k < f.n && is_utf8; k += n) {
        n = utf8_length(f.at + k, f.n - k);
        is_utf8 = n > 0;
    }
    for (size_t k = 0; k < f.n; k++) {
        high = (unsigned char)f.at[k] >= 0xc0 ? high + 1 : 0;
        most = high > most ? high : most;
    }
    for (size_t k = 0, n = 1; k < f.n && at + 5 < size; k += n) {
        n = is_utf8 ? utf8_length(f.at + k, f.n - k) : 1;
        if ((unsigned char)f.at[k] < 0x20) {
            out[at++] = ' ';
        } else if (n > 1 || (unsigned char)f.at[k] < 0x80) {
            memcpy(out + at, f.at + k, n);
            at += n;
        } else {
            at += put_byte((unsigned char)f.at[k], most >= 3 || f.n == 1, out + at);
        }
    }
    out[at] = '\0';
}

/* Small letters and digits of a name. Of other characters | and # stay, and letters beyond ASCII; capitals of the
 * Russian alphabet become small. */
static void normal(const char *name, char *out)
{
    for (; *name; name++) {
        const unsigned char a = (unsigned char)name[0], b = (unsigned char)name[1];
        if (a == 0xd0 && b >= 0x90 && b < 0xb0) {
            *out++ = (char)(b < 0xa0 ? 0xd0 : 0xd1);
            *out++ = (char)(b < 0xa0 ? b + 0x20 : b - 0x20);
            name++;
        } else if (a >= 0x80 || isalnum(a) || a == '|' || a == '#') {
            *out++ = (char)tolower(a);
        }
    }
    *out = '\0';
}

bool synp_is_same_name(const char *a, const char *b)
{
    char p[SYNP_NAME_LENGTH], q[SYNP_NAME_LENGTH];
    normal(a, p);
    normal(b, q);
    return strcmp(p, q) == 0;
}

typedef struct prefix {
    const char *text;
    double factor;
} prefix;
static const prefix prefixes[] = {
    {"f", 1e-15}, {"p", 1e-12}, {"п", 1e-12}, {"n", 1e-9}, {"н", 1e-9}, {"u", 1e-6},     {"U", 1e-6},
    {"µ", 1e-6},  {"μ", 1e-6},  {"мк", 1e-6}, {"m", 1e-3}, {"м", 1e-3}, {"", 1},         {"k", 1e3},
    {"K", 1e3},   {"к", 1e3},   {"M", 1e6},   {"G", 1e9},  {"T", 1e12}, {"milli", 1e-3}, {"micro", 1e-6},
};

typedef struct unit {
    const char *text;
    char quantity;
} unit;
static const unit units[] = {
    {"V", 'V'},      {"Volt", 'V'},    {"Volts", 'V'},  {"volt", 'V'}, {"volts", 'V'}, {"v", 'V'},    {"В", 'V'},
    {"A", 'A'},      {"Amp", 'A'},     {"Amps", 'A'},   {"a", 'A'},    {"А", 'A'},     {"amp", 'A'},  {"amps", 'A'},
    {"Ampere", 'A'}, {"Ohm", 'O'},     {"ohm", 'O'},    {"Ohms", 'O'}, {"ohms", 'O'},  {"OHM", 'O'},  {"Ω", 'O'},
    {"Ω", 'O'},      {"Ом", 'O'},      {"S", 'S'},      {"s", 's'},    {"sec", 's'},   {"secs", 's'}, {"Second", 's'},
    {"second", 's'}, {"seconds", 's'}, {"Seconds", 's'}};

char synp_read_unit(synp_field f, double *factor)
{
    char text[SYNP_NAME_LENGTH];
    f = synp_trim(f.at, f.n);
    if (f.n >= 2 && strchr("([{", f.at[0]) && strchr(")]}", f.at[f.n - 1]))
        f = synp_trim(f.at + 1, f.n - 2);
    put_utf8(f, text, sizeof text);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        const size_t n = strlen(text), m = strlen(units[k].text);
        if (n < m || strcmp(text + n - m, units[k].text) != 0)
            continue;
        for (size_t j = 0; j < sizeof prefixes / sizeof *prefixes; j++)
            if (strlen(prefixes[j].text) == n - m && memcmp(prefixes[j].text, text, n - m) == 0) {
                *factor = prefixes[j].factor;
                return units[k].quantity;
            }
    }
    return 0;
}

static bool has_part(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strstr(name, *list))
            return true;
    return false;
}

static bool is_in(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = list; n > 0 && (at = strstr(at, word)); at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

/* The name behind the channel of an instrument: smu1v, ch2current. */
static const char *without_channel(const char *name)
{
    static const char *const channels[] = {"smu", "channel", "ch", NULL};
    for (const char *const *c = channels; *c; c++) {
        const size_t n = strlen(*c);
        if (strncmp(name, *c, n) == 0 && isdigit((unsigned char)name[n])) {
            const char *rest = name + n + strspn(name + n, "0123456789");
            return *rest ? rest : name;
        }
    }
    return name;
}

static void find_role(synp_name *name)
{
    char key[SYNP_NAME_LENGTH];
    for (int k = 1; k < SYNP_ROLES; k++)
        if (words[k] && strcmp(words[k], name->full) == 0) {
            name->role = (synp_role)k;
            name->rank = 3;
            return;
        }
    normal(name->base, key);
    const char *word = without_channel(key);
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 1; k < SYNP_ROLES; k++)
            if (synonyms[k] && is_in(synonyms[k], word)) {
                name->role = (synp_role)k;
                name->rank = 2;
                return;
            }
        size_t n = strlen(key); /* V2, I2: without the number of a channel */
        while (n > 1 && isdigit((unsigned char)key[n - 1]))
            key[--n] = '\0';
    }
    if (has_part(key, settings))
        return;
    bool is_u = has_part(key, parts_of_u), is_i = has_part(key, parts_of_i);
    name->rank = is_u || is_i;
    if (!is_u && !is_i) {
        is_u = name->quantity == 'V';
        is_i = name->quantity == 'A';
    }
    if (is_u != is_i)
        name->role = is_u ? SYNP_U : strstr(key, "abs") ? SYNP_ABS_I : SYNP_I;
}

/* Takes the last n characters off the base. */
static void cut(synp_name *name, size_t n)
{
    size_t length = strlen(name->base) - n;
    while (length > 0 && strchr(" \t_/,;:", name->base[length - 1]))
        length--;
    name->base[length] = '\0';
}

/* Whether a text in brackets is rather a unit than a remark: "1e-6 A", "mA/mm". */
static bool is_like_unit(synp_field inside)
{
    bool has_letter = false, has_sign = false;
    for (size_t k = 0; k < inside.n; k++) {
        has_letter = has_letter || inside.at[k] == 'A' || inside.at[k] == 'V';
        has_sign = has_sign || strchr("/^*0123456789", inside.at[k]);
    }
    return has_letter && has_sign;
}

/* Cuts "(mA)", "[1][2]", "/uA", ", V", "_mV", " in A" from the end of the base. */
static void find_unit(synp_name *name)
{
    for (;;) {
        char *base = name->base;
        const size_t n = strlen(base);
        size_t k = n;
        if (n > 2 && strchr(")]}", base[n - 1])) {
            while (k > 0 && !strchr("([{", base[k - 1]))
                k--;
            if (k < 2)
                return;
            const synp_field inside = synp_trim(base + k, n - 1 - k);
            const bool is_number = inside.n > 0 && strspn(inside.at, "0123456789. ,") >= inside.n;
            const char quantity = synp_read_unit(inside, &name->factor);
            name->is_numbered = name->is_numbered || is_number;
            if (quantity && !name->quantity)
                name->quantity = quantity;
            else if (!is_number && !name->quantity && (inside.n <= 3 || is_like_unit(inside)))
                name->quantity = '?';
            cut(name, n - (k - 1));
            continue;
        }
        while (k > 0 && !strchr(" /,_", base[k - 1]))
            k--;
        double factor;
        /* Small letters alone are rather a part of the name: u_s. */
        const bool is_word = k > 1 && n > k && !strchr("vas", base[n - 1]);
        const char quantity = is_word ? synp_read_unit((synp_field){base + k, n - k}, &factor) : 0;
        if (!quantity || name->quantity)
            return;
        name->quantity = quantity;
        name->factor = factor;
        cut(name, n - k);
        const size_t rest = strlen(base);
        if (rest > 3 && strcmp(base + rest - 3, " in") == 0)
            cut(name, 3);
        return;
    }
}

synp_name synp_read_name(synp_field f, synp_field row)
{
    synp_name name = {.factor = 1};
    put_utf8(synp_trim(f.at, f.n), name.full, sizeof name.full);
    memcpy(name.base, name.full, sizeof name.base);
    find_unit(&name);
    if (row.n > 0) {
        double factor;
        const char quantity = synp_read_unit(row, &factor);
        name.quantity = quantity ? quantity : '?';
        name.factor = quantity ? factor : 1;
    }
    if (!name.quantity) /* the unit alone, as the head of a column */
        name.quantity = synp_read_unit(f, &name.factor);
    if (name.quantity == '?')
        name.factor = 1;
    find_role(&name);
    return name;
}
