from . import problem
from . import api
from . import export
