"""Shell completion by arguments.

click's own scripts put an instruction into the environment and then call the program, whatever
the command; any process could do that to make a check exit 0 (FO-55). Ours call the command
`completion` with the words as arguments, and nothing ever looks at the environment. What click
knows about options and values is reused.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_BASH = """\
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case "${line%%%%,*}" in
            plain) COMPREPLY+=("${line#*,}") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <("$1" completion bash --words "$COMP_CWORD" -- "${COMP_WORDS[@]}" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
    local -a plain described response
    local kind key text
    response=("${(@f)$("${words[1]}" completion zsh --words $((CURRENT - 1)) -- \
"${words[@]}" 2>/dev/null)}")
    for kind key text in "${response[@]}"; do
        case "$kind" in
            plain) if [[ "$text" == "_" ]]; then plain+=("$key"); else \
described+=("$key:$text"); fi ;;
            dir) _path_files -/ ;;
            file) _path_files -f ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (%(prog_name)s completion fish --words (count $before) -- $before $current \
2>/dev/null)
        set -l item (string split -m 1 "," -- $line)
        switch $item[1]
            case plain
                echo $item[2]
            case dir
                __fish_complete_directories $current
            case file
                __fish_complete_path $current
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _ByArguments(ShellComplete):
    """Mixed in before one of click's classes: the words come as arguments."""

    words: Sequence[str] = ()
    position: int = 0

    def get_completion_args(self) -> tuple[list[str], str]:
        """Words before the cursor without the program's name, and the word at the cursor."""
        before = list(self.words[1 : self.position])
        here = self.words[self.position] if self.position < len(self.words) else ""
        return before, here

    def source(self) -> str:
        """The script. Does not call the shell to ask for its version, as click's does."""
        return self.source_template % self.source_vars()


class _Bash(_ByArguments, BashComplete):
    source_template = _BASH


class _Zsh(_ByArguments, ZshComplete):
    source_template = _ZSH


class _Fish(_ByArguments, FishComplete):
    source_template = _FISH


SHELLS: dict[str, type[_ByArguments]] = {"bash": _Bash, "fish": _Fish, "zsh": _Zsh}


def script(shell: str, app: click.Command, program: str) -> str:
    """The script that a shell has to read."""
    return SHELLS[shell](app, {}, program, "").source()


def complete(
    shell: str, app: click.Command, program: str, words: Sequence[str], position: int
) -> str:
    """Completions of the word at `position`, one for each line, as the script expects them."""
    completer = SHELLS[shell](app, {}, program, "")
    completer.words = words
    completer.position = position
    return completer.complete()
