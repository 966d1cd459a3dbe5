#include "match_text.h"

#include "mem.h"
#include "plan.h"
#include "str.h"
#include "unused.h"

const struct match **match_text_list(const struct plan *p)
{
    const struct match **list = mem_zalloc(p->nb_recordings, sizeof *list);
    for (size_t i = p->matches.nb_rows; i-- > 0;)
        if (p->matches.rows[i].recording >= 0)
            list[p->matches.rows[i].recording] = &p->matches.rows[i];
    return list;
}

static char *describe_sharing(const struct plan *p, const struct shared_recording *shared)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < shared->nb_talks; i++)
        str_addf(&s, "%s%d", i ? ", " : "talks ", p->matches.rows[shared->talks[i].row].talk);
    if (shared->clock)
        str_addf(&s, "; began %s (%s)", shared->began, shared_clock_name(shared->clock));
    str_add(&s, ": see 'talkpress cut'");
    return str_take(&s);
}

char *match_text(const struct plan *p, size_t recording, const struct match *m)
{
    const struct shared_recording *shared = &p->sources[recording].sharing;
    const int format_of = p->matches.format_of[recording];
    if (!m && format_of >= 0)
        return mem_printf("set aside: another format of '%s'", p->sources[format_of].name);
    if (shared->nb_talks)
        return describe_sharing(p, shared);
    if (!m) {
        AUTO_FREE char *reason = shared->note ? NULL : unused_reason(p, recording);
        return reason ? mem_printf("no talk matches: %s", reason)
                      : mem_strdup(shared->note ? shared->note : "no talk matches");
    }
    AUTO_FREE char *talk =
        m->part ? mem_printf("%d/%d", m->talk, m->part) : mem_printf("%d", m->talk);
    return mem_printf("%stalk %s: %s%s%s", m->state == MATCH_SURE ? "" : "unclear, perhaps ", talk,
                      m->reason ? m->reason : "", m->suspicion ? "; " : "",
                      m->suspicion ? m->suspicion : "");
}
