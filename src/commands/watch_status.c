#include "watch_status.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "json.h"
#include "mem.h"
#include "watch_file.h"
#include "watch_lines.h"

json_t *watch_status_json(const char *work)
{
    json_t *state = watch_file_read(work);
    return state ? state : json_null();
}

void watch_status_print(const char *work)
{
    AUTO_JSON *state = watch_file_read(work);
    if (!state)
        return;
    const size_t nb_folders = (size_t)json_get_int(state, "folders", 0),
                 nb = (size_t)json_get_int(state, "parts", 0);
    AUTO_FREE char *backlog = watch_backlog_text(nb, json_get_number(state, "work_s", 0),
                                                 json_get_number(state, "behind_s", 0));
    printf("watch: works on %zu folder%s; %s\n", nb_folders, cli_s(nb_folders),
           nb ? backlog : "nothing to make");
}
