#include "end_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "str.h"
#include "workdir.h"

void end_report_finish(struct end_report *r)
{
    free(r->pilot);
    worker_end_finish(&r->end);
    *r = (struct end_report){0};
}

static json_t *failure(const struct err *failed)
{
    return failed ? json_pack("{s:s, s:o}", "code", err_code_name(failed->code), "message",
                              json_text(failed->msg))
                  : json_null();
}

int end_report_write(const char *queue, const struct end_report *r, struct err *err)
{
    const struct worker_end *e = &r->end;
    AUTO_FREE char *path = mem_printf("%s/done/%s.%s.json", queue, r->key, r->pilot);
    AUTO_JSON *document = json_pack(
        "{s:i, s:b, s:b, s:b, s:b, s:f, s:o, s:o, s:f, s:f, s:I, s:o, s:o}", "status", e->status,
        "stalled", e->stalled, "given_back", r->given_back, "refused", r->refused, "disk_failed",
        r->disk_failed, "done", e->done, "last_line", json_text(e->last_line), "log",
        json_text(e->log), "wall_s", e->wall_s, "cpu_s", e->cpu_s, "peak_kb",
        (json_int_t)e->peak_kb, "node", json_text(e->node), "failed", failure(e->failed));
    return queue_write(path, document, err);
}

static struct err *failure_of(const json_t *failed)
{
    if (!json_is_object(failed))
        return NULL;
    struct err *out = mem_zalloc(1, sizeof *out);
    AUTO_FREE char *message = str_clean(json_get_string(failed, "message", ""));
    err_set(out, err_code_by_name(json_get_string(failed, "code", "bug")), "%s", message);
    return out;
}

/* Whatever a machine writes: sums and the estimates of a run must survive it. */
static double number_of(const json_t *document, const char *name, double most)
{
    return fmin(fmax(json_get_number(document, name, 0), 0), most);
}

static void read_end(struct worker_end *out, const json_t *document)
{
    static const double most_s = 1e7, most_kb = 1 << 30;
    const char *node = json_get_string(document, "node", NULL);
    *out = (struct worker_end){
        .status = (int)json_get_int(document, "status", 0),
        .stalled = json_get_bool(document, "stalled", false),
        .done = number_of(document, "done", 1),
        .last_line = mem_strdup(json_get_string(document, "last_line", NULL)),
        .log = str_clean(json_get_string(document, "log", "")),
        .wall_s = number_of(document, "wall_s", most_s),
        .cpu_s = number_of(document, "cpu_s", most_s),
        .peak_kb = (long)number_of(document, "peak_kb", most_kb),
        .node = node ? str_clean_line(node) : NULL,
        .failed = failure_of(json_object_get(document, "failed")),
    };
}

/* KEY.PILOT.json. The report has room for both, and nothing else yet. */
static bool read_name(struct end_report *out, const char *name)
{
    const size_t nb = strlen(name), nb_key = KEY_BYTES - 1, nb_ext = strlen(".json");
    if (nb <= nb_key + 1 + nb_ext || name[nb_key] != '.' || !str_ends(name, ".json"))
        return false;
    memcpy(out->key, name, nb_key);
    out->pilot = mem_printf("%.*s", (int)(nb - nb_key - 1 - nb_ext), name + nb_key + 1);
    return workdir_key_valid(out->key) && pilot_name_valid(out->pilot);
}

bool end_report_take(struct end_report *out, const char *queue, const char *name)
{
    AUTO_FREE char *path = mem_printf("%s/done/%s", queue, name);
    AUTO_END_REPORT report = {0};
    if (!read_name(&report, name))
        return false;
    AUTO_JSON *document = queue_read(path);
    /* Also one that is damaged: it would be read again and again. Its job is looked for. */
    unlink(path);
    if (!document)
        return false;
    read_end(&report.end, document);
    report.given_back = json_get_bool(document, "given_back", false);
    report.refused = json_get_bool(document, "refused", false);
    report.disk_failed = json_get_bool(document, "disk_failed", false);
    *out = report;
    report = (struct end_report){0};
    return true;
}
