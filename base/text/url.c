#include "url.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

#include "mem.h"
#include "str.h"

bool url_is_web(const char *text)
{
    return str_starts(text, "https://") || str_starts(text, "http://");
}

bool url_is_folder(const char *text)
{
    return url_is_web(text) && !strpbrk(text, "?# ") && strstr(text, "//")[2];
}

char *url_folder(const char *url)
{
    return url ? mem_printf("%s%s", url, str_ends(url, "/") ? "" : "/") : NULL;
}

char *url_of_file(const char *folder, const char *name)
{
    AUTO_FREE char *escaped = g_uri_escape_string(name, NULL, false);
    return mem_printf("%s%s", folder, escaped);
}
