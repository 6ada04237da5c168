"""Reads result lines into the types of the official OpenAI client.

    check_results.py chat|embeddings|responses|completions|moderations FILE

Prints how many were good answers, and how many were not.
"""

import json
import sys

from openai.types import Completion, CreateEmbeddingResponse, ModerationCreateResponse
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

kinds = {
    "chat": ChatCompletion, "embeddings": CreateEmbeddingResponse, "responses": Response, "completions": Completion,
    "moderations": ModerationCreateResponse,
}
succeeded = failed = 0
for line in open(sys.argv[2], encoding="utf-8"):
    result = json.loads(line)
    response = result["response"]
    if result["error"] is None and response["status_code"] == 200:
        kinds[sys.argv[1]].model_validate(response["body"], strict=False)
        succeeded += 1
    else:
        failed += 1
print(succeeded, failed)
