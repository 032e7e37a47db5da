"""The commit that begins a Delta table, in the words of the protocol.

The library writes it too, together with the rows: it plans and runs a query for that, which takes
several times as long, and a first run begins each table. All later commits are the library's.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from deltalake import Schema
from deltalake.transaction import AddAction

# What no table here needs more than: partitions, statistics and transactions are in the first.
_PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}


def first_commit(
    schema: Schema,
    partition_column: str,
    files: Sequence[AddAction],
    *,
    transaction: tuple[str, int] | None,
    metadata: Mapping[str, str],
) -> bytes:
    """Content of a table's first commit.

    See https://github.com/delta-io/delta/blob/master/PROTOCOL.md, "Actions".

    Args:
        schema: The table's columns.
        partition_column: The one that its files are put into folders by.
        files: Files of rows, in place already.
        transaction: Name and number of the writer's own sequence of commits.
        metadata: What the table's history says of the commit.
    """
    now = int(time.time() * 1000)
    actions: list[dict[str, Any]] = [
        {
            "commitInfo": {
                "timestamp": now,
                "operation": "CREATE TABLE",
                "operationParameters": {"partitionBy": json.dumps([partition_column])},
                **metadata,
            }
        },
        {"protocol": _PROTOCOL},
        {
            "metaData": {
                "id": str(uuid4()),
                "format": {"provider": "parquet", "options": {}},
                "schemaString": schema.to_json(),
                "partitionColumns": [partition_column],
                "configuration": {},
                "createdTime": now,
            }
        },
    ]
    if transaction is not None:
        name, number = transaction
        actions.append({"txn": {"appId": name, "version": number}})
    actions.extend({"add": _add(file)} for file in files)
    return "".join(f"{json.dumps(action)}\n" for action in actions).encode()


def _add(file: AddAction) -> dict[str, Any]:
    return {
        "path": file.path,
        "partitionValues": file.partition_values,
        "size": file.size,
        "modificationTime": file.modification_time,
        "dataChange": file.data_change,
        "stats": file.stats,
    }
