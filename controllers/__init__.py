from . import api
from . import unsubscribe
from . import view
