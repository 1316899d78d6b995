from . import problem
from . import api
