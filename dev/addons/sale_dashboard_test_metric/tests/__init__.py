from . import test_metric
from . import test_verify_rpc
