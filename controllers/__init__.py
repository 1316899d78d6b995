from . import problem
from . import api
from . import export
from . import unsubscribe
from . import view
