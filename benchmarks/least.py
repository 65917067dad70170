# SPDX-License-Identifier: GPL-2.0-or-later
"""The least program that does a failover: it imports ``qemu.qmp`` and sends what it is told.

It is run as a script, and imports nothing of this project.
"""

import asyncio
import json
import sys
from pathlib import Path

from qemu.qmp import Message, QMPClient

told = json.loads(Path(sys.argv[1]).read_text())


async def main() -> None:
    """Send everything, in order; wait where a state has to be waited for."""
    client = QMPClient("least")
    await client.connect(told["socket"])
    for order in told["steps"]:
        if "wait" in order:
            wanted = f"'{order['member']}': '{order['value']}'"
            while wanted not in str(await client.execute(order["wait"])):
                pass
        elif "yank" in order:
            found = json.loads(json.dumps(await client.execute("query-yank")))
            chosen = [i for i in found if i["type"] != "chardev" or i["id"] in order["yank"]]
            await client.execute("yank", {"instances": chosen})
        else:
            await client.execute_msg(Message(order))
    await client.disconnect()


asyncio.run(main())
