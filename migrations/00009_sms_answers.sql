-- Answers by SMS to what people send, so that they are counted over all replicas.

-- +goose Up

-- When a number was answered, the newest last, as far back as a day's spending and a bit more.
CREATE TABLE sms_answers (
    phone text          PRIMARY KEY, -- E.164
    at    timestamptz[] NOT NULL
) WITH (fillfactor = 50);

-- +goose Down
DROP TABLE sms_answers;
