/* The state of the service, shared by the files of this room. Inner header; one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "answer.h"
#include "door_process.h"
#include "listening.h"
#include "on_demand.h"
#include "rows.h"

struct event;
struct link_request;
struct on_demand;
struct part_plan;
struct plan;
struct zygote;

struct service {
    struct plan *plan;
    struct event *event;
    struct listening listening;
    struct door_process door;
    char *opened; /* what the browser was started with; NULL: it was not */
    struct on_demand *jobs;
    struct showing *showing;
    struct zygote *zygote;
    struct rows rows;
    json_t *progress;  /* of a run elsewhere, as pages know it; NULL: none works; owned */
    double planned_s;  /* when the rows were last planned */
    double planning_s; /* the processor time that this took: not more on a busy machine */
    double changed_s;  /* when a decision was made that the store's backup lacks; 0: none */
    bool own_change;   /* a decision was made here: the rows are out of date */
    bool own_results;  /* a recording was read here: so is the plan */
    struct err failed; /* why the service ends, unless a signal ended it */
};

/* --- loop (review.c) --- */

/* Sends an answer to the door, and finishes it. */
void service_answer(struct service *s, int64_t id, struct answer *answer);
/* Sends an event to all pages. Takes over the data. */
void service_tell(struct service *s, const char *name, json_t *data);

/* The rows were planned, which began at that processor time: notes how much it took, and gives
 * memory back. */
void service_planned(struct service *s, double begin_s);

/* --- changes.c --- */

/* If something has changed, plans the event again and tells the pages what: at once after a
 * decision of this service, else seldom enough that this takes less than a tenth of the time. */
void changes_look(struct service *s);
/* Tells the pages the progress of a run in another process. */
void changes_progress(struct service *s);

/* --- the answers --- */

/* --- showing.c, showing_captions.c, showing_reading.c: what is made when it is asked for --- */

struct showing;
struct showing *showing_create(struct service *s);
void showing_destroy(struct showing *showing);
/* What makes the jobs that it asks for. */
struct on_demand_user showing_user(struct showing *showing);
/* Answers now, or when a job has made it. */
void showing_answer(struct showing *showing, const struct link_request *request);
/* Nobody waits any more for the answer. */
void showing_cancel(struct showing *showing, int64_t id);
/* Nor for any other: the door that asked has ended. */
void showing_cancel_all(struct showing *showing);
/* Before the plan is changed or loaded again. */
void showing_forget(struct showing *showing);
/* Has what is missing of a recording read: its probe, its analysis. Returns what is missing and
 * what becomes of it, {"what", "state", "why"}: "running", "failed", "busy" (another process holds
 * the event); null: nothing. A new value. */
json_t *showing_read(struct showing *showing, const char *recording);

/* [[begin, end], …]: the breaks left out of a part, in frames; a new value. */
json_t *drops_json(const struct part_plan *part);

/* A list of the lines of a text; a new value. */
json_t *lines_json(const char *text);
/* Sets "decisions": the newest ones about the part, about the talk (part 0) or about all (talk 0).
 */
ATTR_NODISCARD int add_decisions(json_t *all, const struct plan *plan, int talk, int part,
                                 size_t most, struct err *err);

void answer_queue(struct answer *out, struct service *s);
void answer_part(struct answer *out, struct service *s, const struct link_request *request);
void answer_recording(struct answer *out, struct service *s, const struct link_request *request);
void answer_waveform(struct answer *out, struct service *s, const struct link_request *request);
void answer_journal(struct answer *out, struct service *s, const struct link_request *request);
void answer_decide(struct answer *out, struct service *s, const struct link_request *request);
void answer_exchange(struct answer *out, struct service *s, const struct link_request *request);
void answer_undo(struct answer *out, struct service *s, const struct link_request *request);
