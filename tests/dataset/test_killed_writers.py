"""What is left of an export whose processes are killed, that lacks space, or that has two writers."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from helpers.process import python
from test_exporting import QUERY, ROWS, content, db, pieces, stamps  # noqa: F401
