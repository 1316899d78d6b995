# Sourced by the entry points of dev/: sets $python to a Python 3.10 or newer, or
# ends with one line that says what to do. $PYTHON, where set, is tried first.
python=
for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 \
    python3.10
do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
    then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]
then
    echo "error: Python 3.10 or newer is needed, and none was found on PATH;" \
        "install one (Debian: apt-get install python3) or name it: PYTHON=/path/to/python3" >&2
    exit 2
fi
