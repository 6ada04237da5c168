"""LangBatch at the work that LLMBatch is measured at, by its documented calls. Runs in an environment of its own.

  peer_langbatch.py create FILE                 read, check and save a batch; prints its id
  peer_langbatch.py submit FILE URL             the same, after it was started
  peer_langbatch.py collect ID URL              load it, ask for its status, fetch its results; prints their number
  peer_langbatch.py requests ID COUNT STEP      load it, print COUNT requests by their ids, every STEP-th

It keeps its files below the current folder.
"""
import json
import sys

from langbatch import chat_completion_batch
from langbatch.openai import OpenAIChatCompletionBatch
from openai import OpenAI


def client(address="http://127.0.0.1:1/v1"):
    return OpenAI(api_key="benchmark", base_url=address)


def load(identifier, address="http://127.0.0.1:1/v1"):
    return OpenAIChatCompletionBatch.load(identifier, batch_kwargs={"client": client(address)})


def create(file):
    batch = chat_completion_batch(file, provider="openai", client=client())
    batch.save()
    print(batch.id)


def submit(file, address):
    batch = chat_completion_batch(file, provider="openai", client=client(address))
    batch.start()
    batch.save()
    print(batch.id)


def collect(identifier, address):
    batch = load(identifier, address)
    if batch.get_status() != "completed":
        sys.exit("the batch is not completed")
    successful, unsuccessful = batch.get_results()
    print(len(successful), len(unsuccessful))


def requests(identifier, count, step):
    batch = load(identifier)
    ids = [f"request-{number * int(step)}" for number in range(int(count))]
    for request in batch.get_requests_by_custom_ids(ids):
        print(json.dumps(request))


if __name__ == "__main__":
    {"create": create, "submit": submit, "collect": collect, "requests": requests}[sys.argv[1]](*sys.argv[2:])
