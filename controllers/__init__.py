from . import api
from . import view
