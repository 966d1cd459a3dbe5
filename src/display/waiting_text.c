#include "waiting_text.h"

#include "mem.h"
#include "part.h"
#include "plan.h"
#include "str.h"

char *waiting_text(const struct part_plan *pp)
{
    AUTO_STR text = {0};
    str_add(&text, pp->waiting ? pp->waiting : "accept it with 'talkpress verify', or correct it");
    if (pp->verdict != VERDICT_OK)
        str_addf(&text, " (%s%s%s%s%s)", pp->source ? pp->source->name : "", pp->source ? ": " : "",
                 verdict_name(pp->verdict), *pp->cause ? ": " : "", pp->cause);
    return str_take(&text);
}
