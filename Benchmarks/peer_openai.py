"""OpenAI's own client at the work that LLMBatch is measured at, by its documented calls.

  peer_openai.py submit FILE URL               upload a file and create a batch; prints its id
  peer_openai.py collect ID URL FILE           fetch the results into a file
  peer_openai.py realtime FILE URL CONCURRENCY RESULTS [aiohttp]
                                               send every request by itself, and add each answer to a file

Runs in an environment of its own. It stores nothing else: no request can be looked up, and a crash loses the place.
"""
import asyncio
import contextlib
import json
import sys

from openai import AsyncOpenAI, OpenAI


def submit(file, address):
    client = OpenAI(api_key="benchmark", base_url=address)
    with open(file, "rb") as requests:
        uploaded = client.files.create(file=requests, purpose="batch")
    batch = client.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    print(batch.id)


def collect(identifier, address, file):
    client = OpenAI(api_key="benchmark", base_url=address)
    batch = client.batches.retrieve(identifier)
    with client.files.with_streaming_response.content(batch.output_file_id) as response:
        response.stream_to_file(file)


async def send_all(client, requests, concurrency, results):
    """As many workers as requests at once: each takes the next line when its answer is there."""

    async def work():
        for line in requests:
            request = json.loads(line)
            completion = await client.chat.completions.create(**request["body"])
            results.write(json.dumps({"custom_id": request["custom_id"], "body": completion.model_dump()}) + "\n")

    await asyncio.gather(*(work() for _ in range(concurrency)))


async def realtime(file, address, concurrency, results, transport=None):
    options = {}
    if transport == "aiohttp":
        from openai import DefaultAioHttpClient

        options["http_client"] = DefaultAioHttpClient()
    async with AsyncOpenAI(api_key="benchmark", base_url=address, **options) as client:
        with contextlib.ExitStack() as files:
            lines, answers = files.enter_context(open(file)), files.enter_context(open(results, "w"))
            await send_all(client, lines, int(concurrency), answers)


if __name__ == "__main__":
    command = {"submit": submit, "collect": collect, "realtime": realtime}[sys.argv[1]]
    outcome = command(*sys.argv[2:])
    if asyncio.iscoroutine(outcome):
        asyncio.run(outcome)
