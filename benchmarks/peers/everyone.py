"""All peers, in the order of the tables."""

from peers.data_tools import DBT, DVC, SQLMESH
from peers.ours import FIRST, FLOOR, LTXSPEC
from peers.task_runners import DOIT, MAKE, SNAKEMAKE
from peers.terraform import TERRAFORM

PEERS = {peer.name: peer for peer in (FLOOR, LTXSPEC, FIRST, MAKE, DOIT, SNAKEMAKE, DVC, DBT, SQLMESH, TERRAFORM)}
