"""The public test kit: simulators, faults, a server for them, and the contract that every source keeps."""

from kontering.testing.faults import Fault, Faulty, Plan
from kontering.testing.server import Served, serve
from kontering.testing.simulator import Asked, Clock, Route, Seen, Simulated, Simulator, reply

__all__ = [
    "Asked",
    "Clock",
    "Fault",
    "Faulty",
    "Plan",
    "Route",
    "Seen",
    "Served",
    "Simulated",
    "Simulator",
    "reply",
    "serve",
]
