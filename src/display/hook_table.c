#include "hook_table.h"

#include <string.h>

#include "event.h"
#include "hooks.h"
#include "json.h"
#include "mem.h"
#include "str.h"
#include "table.h"

static void print_state(const json_t *hook, const struct event *event)
{
    const char *state = json_get_string(hook, "state", ""),
               *name = json_get_string(hook, "hook", ""),
               *message = json_get_string(hook, "message", ""),
               *output = json_get_string(hook, "output", "");
    if (strcmp(state, "refused") == 0)
        table_text("  ", "hook '%s' is not called: %s", name, message);
    else if (strcmp(state, "failed") == 0 || strcmp(state, "timeout") == 0)
        table_text("  ", "hook '%s' FAILED at %s: %s; its output is in %s", name,
                   json_get_string(hook, "at", ""), message,
                   str_starts(output, event->dir) ? output + strlen(event->dir) + 1 : output);
}

void hook_table_print(const struct event *event)
{
    AUTO_JSON *hooks = hooks_states(event);
    size_t i;
    json_t *hook;
    json_array_foreach(hooks, i, hook) {
        print_state(hook, event);
    }
}
