#include "machines.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "cli.h"
#include "clock.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "str.h"
#include "table.h"

/* Of a run that works. A coordinator on this machine that was killed has left its beat; of another
 * machine nothing more is known. */
static bool read_run(struct run_beat *out, const char *queue)
{
    char host[256] = "";
    if (!run_beat_read(out, queue))
        return false;
    (void)gethostname(host, sizeof host - 1);
    return strcmp(host, out->host) != 0 || kill((pid_t)out->pid, 0) == 0 || errno == EPERM;
}

static json_t *working(const struct pilot_beat *b, int64_t silent_s)
{
    json_t *jobs = json_array();
    for (size_t i = 0; i < b->nb_running; i++)
        json_array_append_new(jobs, json_string(b->running[i].key));
    return json_pack("{s:o, s:o, s:i, s:I, s:o, s:o, s:I}", "node", json_text(b->node), "task",
                     json_text(b->task), "cores", b->cores, "memory_mb", (json_int_t)b->memory_mb,
                     "sandbox", json_text(b->sandbox), "jobs", jobs, "silent_s",
                     (json_int_t)silent_s);
}

static json_t *lost(const struct pilot_beat *b, int64_t silent_s)
{
    return json_pack("{s:o, s:o, s:I}", "node", json_text(b->node), "task", json_text(b->task),
                     "silent_s", (json_int_t)silent_s);
}

/* The beat's file stays as it was when its pilot's machine failed: the coordinator, which measures
 * the silence, says so in its own. */
static void add_pilot(json_t *machines, json_t *gone, const struct run_beat *run, const char *queue,
                      const char *name)
{
    AUTO_PILOT_BEAT beat = {0};
    if (!pilot_name_valid(name) || !pilot_beat_read(&beat, queue, name) ||
        beat.state != PILOT_WORKS)
        return;
    const struct pilot_silence *silence = run_beat_silence_of(run, name);
    if (silence && silence->lost)
        json_array_append_new(gone, lost(&beat, silence->silent_s));
    else
        json_array_append_new(machines, working(&beat, silence ? silence->silent_s : 0));
}

static bool has_node(const json_t *machines, const char *node)
{
    size_t i;
    json_t *m;
    json_array_foreach(machines, i, m)
        if (strcmp(json_get_string(m, "node", ""), node) == 0)
            return true;
    return false;
}

/* A node that works again, in another task, is not lost. */
static void leave_out_those_back(json_t *gone, const json_t *machines)
{
    for (size_t i = json_array_size(gone); i-- > 0;)
        if (has_node(machines, json_get_string(json_array_get(gone, i), "node", "")))
            json_array_remove(gone, i);
}

void machines_add_json(json_t *out, const char *work)
{
    json_t *machines = json_array(), *gone = json_array();
    AUTO_FREE char *queue = queue_in(work), *folder = fs_join(queue, "pilots");
    AUTO_QUEUE_NAMES pilots = {0};
    AUTO_RUN_BEAT run = {0};
    if (read_run(&run, queue))
        queue_list(&pilots, folder);
    for (size_t i = 0; i < pilots.nb; i++)
        add_pilot(machines, gone, &run, queue, pilots.names[i]);
    leave_out_those_back(gone, machines);
    json_object_set_new(out, "machines", machines);
    json_object_set_new(out, "lost_machines", gone);
}

/* "43 s", "12:06 min". */
static char *silence_text(const json_t *machine)
{
    const json_int_t s = json_get_int(machine, "silent_s", 0);
    char buf[CLOCK_BYTES];
    return s < 60     ? mem_printf("%lld s", (long long)s)
           : s < 3600 ? mem_printf("%s min", clock_format_ms(buf, s * 1000, false))
                      : mem_printf("%s h", clock_format_ms(buf, s * 1000, false));
}

static void print_working(const json_t *machines)
{
    AUTO_STR text = {0};
    size_t i;
    json_t *m;
    json_array_foreach(machines, i, m) {
        const size_t cores = (size_t)json_get_int(m, "cores", 0),
                     jobs = json_array_size(json_object_get(m, "jobs"));
        AUTO_FREE char *silence = silence_text(m);
        const bool silent = json_get_int(m, "silent_s", 0) > 0;
        str_addf(&text, "%s%s (%zu core%s, %zu job%s%s%s)", i ? ", " : "",
                 json_get_string(m, "node", ""), cores, cli_s(cores), jobs, cli_s(jobs),
                 silent ? ", not heard for " : "", silent ? silence : "");
    }
    if (text.len)
        table_text("  ", "a run works on %zu machine%s: %s", json_array_size(machines),
                   cli_s(json_array_size(machines)), text.s);
}

static void print_lost(const json_t *gone)
{
    AUTO_STR text = {0};
    size_t i;
    json_t *m;
    json_array_foreach(gone, i, m) {
        AUTO_FREE char *silence = silence_text(m);
        str_addf(&text, "%s%s (not heard for %s)", i ? ", " : "", json_get_string(m, "node", ""),
                 silence);
    }
    if (text.len)
        table_text("  ", "%zu machine%s lost, and others do %s jobs: %s", json_array_size(gone),
                   json_array_size(gone) == 1 ? " is" : "s are",
                   json_array_size(gone) == 1 ? "its" : "their", text.s);
}

void machines_print(const char *work)
{
    AUTO_JSON *all = json_object();
    machines_add_json(all, work);
    print_working(json_object_get(all, "machines"));
    print_lost(json_object_get(all, "lost_machines"));
}
