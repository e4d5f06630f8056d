"""The extra `keyslot[mcp]` with the real package: a server in memory."""

from __future__ import annotations

import asyncio
from typing import Any, List

import pytest
from conftest import VALUE

from keyslot import AccessRules, Scope

mcp = pytest.importorskip("mcp")

from keyslot.mcp import guard_call  # noqa: E402

MASK = "<<$secret.STRIPE_KEY>>"


def server(seen: List[str]) -> Any:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    made = MCPServer("test")

    @made.tool()
    def fetch(token: str, fails: bool = False) -> str:
        """Calls the API."""
        seen.append(token)
        if fails:
            raise ToolError(f"{token} is refused")
        return f"with {token}"

    return made


def test_results_hold_no_value_and_the_server_has_it(scope: Scope) -> None:
    seen: List[str] = []

    async def main() -> None:
        async with mcp.Client(server(seen)) as client:
            call = guard_call(scope, client, "api.stripe.com", ["STRIPE_KEY"])
            result = await call("fetch", {"token": MASK})
            assert result.content[0].text == f"with {MASK}" and VALUE not in repr(result)
            failed = await call("fetch", {"token": MASK, "fails": True})
            assert failed.is_error and MASK in repr(failed) and VALUE not in repr(failed)
            control = await client.call_tool("fetch", {"token": VALUE, "fails": True})
            assert VALUE in repr(control) and type(control) is type(result)

    asyncio.run(main())
    assert seen[0] == VALUE


def test_rules_name_the_tool_of_the_server(scope: Scope) -> None:
    scope.put("KEY", VALUE, rules=AccessRules(tools=["other"]))

    async def main() -> None:
        async with mcp.Client(server([])) as client:
            call = guard_call(scope, client, "api.stripe.com", ["KEY"])
            with pytest.raises(PermissionError):
                await call("fetch", {"token": "<<KEY>>"})

    asyncio.run(main())
