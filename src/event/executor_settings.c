#include "executor_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "setting_checks.h"
#include "str.h"

static const char form[] = "'executor: local', 'executor: slurm', 'executor: {slurm: {partition: "
                           "NAME, tasks: 8, cores: 4}}' or 'executor: {pilots: {tasks: 8}}'";

bool executor_kind_parse(enum executor_kind *out, const char *word)
{
    static const char *const words[] = {
        [EXECUTOR_LOCAL] = "local", [EXECUTOR_SLURM] = "slurm", [EXECUTOR_PILOTS] = "pilots"};
    *out = EXECUTOR_LOCAL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *out = (enum executor_kind)i;
            return true;
        }
    return false;
}

/* --- texts ------------------------------------------------------------------------------------ */

static bool has_only(const char *text, const char *chars)
{
    return *text && text[strspn(text, chars)] == '\0';
}

#define DIGITS     "0123456789"
#define NAME_CHARS DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.,+@"

/* Text under the key that has only these characters; NULL if there is none. A number counts as
 * text: YAML has 'time: 90' as one. */
static int read_word(char **out, const json_t *map, const char *key, const char *chars,
                     const char *example, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    if (!v || json_is_null(v))
        return 0;
    if (json_is_integer(v))
        *out = mem_printf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_string(v))
        *out = mem_strdup(json_string_value(v));
    if (*out && has_only(*out, chars) && **out != '-')
        return 0;
    AUTO_FREE char *found = json_print(v, (struct json_style){.digits = 6});
    return err_set(err, ERR_INVALID, "%s: '%s' of 'slurm' should be like '%s', not %s", where, key,
                   example, found);
}

/* Slurm's own form: a number of MB, or one with K, M, G or T. */
static int read_memory(long *out_mb, const json_t *map, const char *where, struct err *err)
{
    static const char units[] = "KMGT";
    AUTO_FREE char *text = NULL;
    if (read_word(&text, map, "memory", DIGITS "KMGT", "8G", where, err) < 0 || !text)
        return err->code;
    char *end;
    const double number = strtod(text, &end);
    const char *unit = *end ? strchr(units, *end) : units + 1;
    double mb = number / 1024;
    for (const char *u = units; unit && u < unit; u++)
        mb *= 1024;
    if (!unit || (*end && end[1]) || mb < 100 || mb > 1e8)
        return err_set(err, ERR_INVALID,
                       "%s: 'memory' of 'slurm' should be like '8G' or '8000M', 100M or more, not "
                       "'%s'",
                       where, text);
    *out_mb = (long)mb;
    return 0;
}

/* One that Slurm warns of two minutes before its end needs more than that. In Slurm's forms, '90'
 * are minutes and '1:30' is a minute and a half. */
static int check_time(const char *text, const char *where, struct err *err)
{
    static const double units[2][4] = {{60, 1, 0, 0}, {3600, 60, 1, 0}}; /* by what comes first */
    enum { LEAST_S = 300 };
    double number[4] = {0}, total_s = 0;
    size_t nb = 0;
    const char *days = strchr(text, '-'), *at = days ? days + 1 : text;
    bool good = !days || (days > text && strspn(text, DIGITS) == (size_t)(days - text));
    for (;; at++) {
        char *end;
        good = good && isdigit((unsigned char)*at) && nb < 3;
        if (!good)
            break;
        number[nb++] = strtod(at, &end);
        at = end;
        if (*at == '\0')
            break;
        good = *at == ':';
    }
    for (size_t i = 0; i < nb; i++)
        total_s += number[i] * units[days || nb == 3][i];
    if (days)
        total_s += 86400 * strtod(text, NULL);
    if (!good)
        return err_set(err, ERR_INVALID,
                       "%s: 'time' of 'slurm' should be like '2:00:00', not \"%s\"", where, text);
    return total_s >= LEAST_S
               ? 0
               : err_set(err, ERR_INVALID,
                         "%s: 'time' of 'slurm' should be 5 minutes or more, but '%s' is %.0f s: "
                         "write hours as '2:00:00'",
                         where, text, total_s);
}

/* --- options ---------------------------------------------------------------------------------- */

/* Options that talkpress gives itself, or that change what it reads or whether it waits. */
static bool is_own(const char *option)
{
    static const char *const own[] = {
        "array",     "chdir",       "cluster",      "clusters", "cpus-per-task", "error",
        "export",    "export-file", "get-user-env", "help",     "hold",          "ignore-pbs",
        "input",     "job-name",    "mem",          "nodes",    "ntasks",        "no-requeue",
        "open-mode", "output",      "parsable",     "quiet",    "requeue",       "signal",
        "test-only", "time",        "usage",        "verbose",  "version",       "wait",
        "wrap",      "partition",   "account"};
    const size_t nb = strcspn(option, "=");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strlen(own[i]) == nb && strncmp(option, own[i], nb) == 0)
            return true;
    return false;
}

static bool is_printable(const char *text)
{
    for (const char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p))
            return false;
    return str_is_utf8(text);
}

static int read_options(struct slurm_settings *s, const json_t *map, const char *where,
                        struct err *err)
{
    const json_t *list = json_object_get(map, "options");
    if (list && !json_is_null(list) && !json_is_array(list))
        return err_set(err, ERR_INVALID,
                       "%s: 'options' of 'slurm' should be a list of sbatch's options, as in "
                       "'options: [\"--qos=long\"]'",
                       where);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !str_starts(text, "--") || !isalpha((unsigned char)text[2]) ||
            !is_printable(text))
            return err_set(err, ERR_INVALID,
                           "%s: 'options' of 'slurm' should have options of sbatch in their long "
                           "form, as \"--qos=long\"",
                           where);
        if (is_own(text + 2))
            return err_set(err, ERR_INVALID,
                           "%s: '%.*s' in 'options' of 'slurm' is set by talkpress itself", where,
                           (int)strcspn(text, "="), text);
        mem_add_string(&s->options, &s->nb_options, text);
    }
    return 0;
}

/* --- the block -------------------------------------------------------------------------------- */

/* What both blocks have. */
static int read_size(int *tasks, int *cores, int *silent_s, const json_t *map, const char *where,
                     struct err *err)
{
    static const char *const names[] = {"tasks", "cores", "silent_s"};
    double number[3];
    if (map && !json_is_null(map) && !json_is_object(map))
        return err_set(err, ERR_INVALID, "%s: write %s", where, form);
    if (setting_number(&number[0], map, "tasks", SLURM_TASKS, 1, SLURM_MOST_TASKS, where, err) <
            0 ||
        setting_number(&number[1], map, "cores", SLURM_CORES, 1, SLURM_MOST_CORES, where, err) <
            0 ||
        setting_number(&number[2], map, "silent_s", 60, 2, 3600, where, err) < 0)
        return err->code;
    for (size_t i = 0; i < 3; i++)
        if (number[i] != (int)number[i])
            return err_set(err, ERR_INVALID, "%s: '%s' should be a whole number, not %g", where,
                           names[i], number[i]);
    *tasks = (int)number[0];
    *cores = (int)number[1];
    *silent_s = (int)number[2];
    return 0;
}

static int read_slurm(struct slurm_settings *s, const json_t *map, const char *where,
                      struct err *err)
{
    static const char *const known[] = {"partition", "account", "time",    "memory",
                                        "tasks",     "cores",   "options", "silent_s"};
    if (read_size(&s->tasks, &s->cores, &s->silent_s, map, where, err) < 0 ||
        setting_check_keys(map, known, sizeof known / sizeof *known, "executor.slurm", where, err) <
            0)
        return err->code;
    s->memory_mb = (long)SLURM_MB_PER_CORE * s->cores;
    return read_word(&s->partition, map, "partition", NAME_CHARS, "main", where, err) < 0 ||
                   read_word(&s->account, map, "account", NAME_CHARS, "media", where, err) < 0 ||
                   read_word(&s->time, map, "time", DIGITS ":-", "2:00:00", where, err) < 0 ||
                   (s->time && check_time(s->time, where, err) < 0) ||
                   read_memory(&s->memory_mb, map, where, err) < 0 ||
                   read_options(s, map, where, err) < 0
               ? err->code
               : 0;
}

static int read_pilots(struct pilots_settings *s, const json_t *map, const char *where,
                       struct err *err)
{
    static const char *const known[] = {"tasks", "cores", "silent_s"};
    return read_size(&s->tasks, &s->cores, &s->silent_s, map, where, err) < 0
               ? err->code
               : setting_check_keys(map, known, sizeof known / sizeof *known, "executor.pilots",
                                    where, err);
}

/* Which of the blocks is there; at most one. */
static int read_block(enum executor_kind *out, const json_t *block, const char *where,
                      struct err *err)
{
    static const char *const known[] = {"slurm", "pilots"};
    if (setting_check_keys(block, known, sizeof known / sizeof *known, "executor", where, err) < 0)
        return err->code;
    if (json_object_size(block) > 1)
        return err_set(err, ERR_INVALID, "%s: 'executor' has both 'slurm' and 'pilots': write %s",
                       where, form);
    *out = json_object_get(block, "slurm")    ? EXECUTOR_SLURM
           : json_object_get(block, "pilots") ? EXECUTOR_PILOTS
                                              : EXECUTOR_LOCAL;
    return 0;
}

int executor_settings_read(struct executor_settings *out, const json_t *settings, const char *where,
                           struct err *err)
{
    const json_t *block = json_object_get(settings, "executor");
    const char *word = json_string_value(block);
    const bool named = word && executor_kind_parse(&out->kind, word);
    if (block && !json_is_null(block) && !named && !json_is_object(block))
        return err_set(err, ERR_INVALID, "%s: 'executor' is not known: write %s", where, form);
    if (json_is_object(block) && read_block(&out->kind, block, where, err) < 0)
        return err->code;
    return read_slurm(&out->slurm, json_object_get(block, "slurm"), where, err) < 0
               ? err->code
               : read_pilots(&out->pilots, json_object_get(block, "pilots"), where, err);
}

void executor_settings_finish(struct executor_settings *s)
{
    free(s->slurm.partition);
    free(s->slurm.account);
    free(s->slurm.time);
    mem_free_strings(s->slurm.options, s->slurm.nb_options);
    *s = (struct executor_settings){0};
}
