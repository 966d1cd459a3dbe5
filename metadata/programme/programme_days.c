#include "programme_days.h"

#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "mem.h"
#include "programme.h"

void programme_widen(struct programme *p, const struct datetime *when)
{
    AUTO_FREE char *day = datetime_format_day(when);
    if (!day)
        return;
    if (!p->begin || strcmp(day, p->begin) < 0) {
        free(p->begin);
        p->begin = mem_strdup(day);
    }
    if (!p->end || strcmp(day, p->end) > 0) {
        free(p->end);
        p->end = mem_strdup(day);
    }
}
