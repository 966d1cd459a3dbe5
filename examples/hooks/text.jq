# A hook's document as text for people: the first line is what it is about.
# Texts come from the programme, so each is put on one line.

def line: tostring | gsub("[[:cntrl:][:space:]]+"; " ");
def who: if (.speakers | length) > 0 then " (\(.speakers | join(", ") | line))" else "" end;
def talk: "\(.name // .talk) \(.title // "" | line)\(who)";
def plural($what): "\(.) \($what)\(if . == 1 then "" else "s" end)";

# The parts of a list that matter first, and a number for the others.
def most($nb): (.[:$nb] | .[]), (if length > $nb then "and \(length - $nb) more" else empty end);

def needs_person:
    (if (.parts | length) == 0 then "nothing needs a person any more"
     else "\(.parts | length | plural("part")) \(if (.parts | length) == 1 then "needs" else "need" end) a person" end),
    "",
    ([.parts[] | "\(talk)\(if .change == "new" then " [new]" else "" end)\n  \(.why | line)\n  \(.what | line): \(.commands | join(", or "))"] | most(30)),
    (if (.settled | length) > 0 then "settled: \(.settled | join(", "))" else empty end);

def after_publish:
    "\(.parts | length | plural("part")) published",
    "",
    ([.parts[] | "\(talk)\(if .change == "new" then "" else " [\(.change)]" end)\n  \(.url // (.files[0] | .url // .file))"] | most(30)),
    (.removed[] | select(.all) | "no longer published: part \(.part) of talk \(.talk)"),
    (if .sent == false then "NOT all of it was sent to the servers" else empty end);

def after_run:
    "run \(.outcome): \(.count.complete) of \(.count.parts | plural("part")) complete",
    "",
    "\(.count.waiting) wait for a person, \(.count.unfinished) not finished, \(.jobs_failed | plural("job")) failed";

def after_import:
    "programme: \(.changes | length | plural("change"))",
    "",
    ([.changes[] | "\(.change) \(.talk // "event"): \(.text | line)"] | most(50));

def failed:
    "\(.command) FAILED\(if .error then "" else ": " + (.jobs | length | plural("job")) end)",
    "",
    (if .error then .error | line else empty end),
    ([.jobs[] | "\(.of | if . then talk + ": " else "" end)\(.stage): \(.message | line)"] | most(30)),
    "",
    "look at it: \(.commands | join(", "))";

. as $document
| [if .hook == "needs-person" then needs_person
   elif .hook == "after-publish" then after_publish
   elif .hook == "after-run" then after_run
   elif .hook == "after-import" then after_import
   else failed end]
| "\($document.event.name // "talkpress" | line): \(.[0])", .[1:][]
