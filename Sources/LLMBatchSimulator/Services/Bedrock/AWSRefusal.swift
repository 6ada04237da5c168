/// An error in the format of the AWS service that was called.
struct AWSRefusal: Error {
    var status = 400
    var code: String
    var message: String
    var region: String?

    static func validation(_ message: String) -> AWSRefusal {
        AWSRefusal(code: "ValidationException", message: message)
    }

    static func noSuchKey(_ key: String) -> AWSRefusal {
        AWSRefusal(status: 404, code: "NoSuchKey", message: "The specified key does not exist.")
    }

    /// Bedrock's format: JSON, with the type in a header.
    var json: WireReply {
        var reply = WireReply(["message": .string(message)], status: status)
        reply.headers.append(("x-amzn-errortype", code))
        return reply
    }

    /// The format of S3, STS and IAM.
    func xml(wrapped: Bool) -> WireReply {
        let error = "<Code>\(code)</Code><Message>\(AWSXML.escaped(message))</Message>"
        let inner = wrapped ? "<ErrorResponse><Error>\(error)</Error></ErrorResponse>" : "<Error>\(error)</Error>"
        var reply = WireReply.xml(inner, status: status)
        if let region { reply.headers.append(("x-amz-bucket-region", region)) }
        return reply
    }
}

/// XML in responses.
enum AWSXML {
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

extension WireReply {
    /// An XML response.
    static func xml(_ text: String, status: Int = 200) -> WireReply {
        WireReply(
            status: status, headers: ["content-type": "application/xml"],
            body: #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + text)
    }
}
