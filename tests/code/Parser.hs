{-# LANGUAGE LambdaCase #-}
{-# LANGUAGE TypeOperators #-}

-- | A small parser; composes with every arrow there is.
module Parser
  ( Parser (..)
  , parse
  , (<<<), (>>>)
  , (<<>>)
  ) where

import Control.Applicative (Alternative (..), liftA2)
import Control.Arrow ((&&&), (***), (<<<), (>>>))
import Control.Monad ((<=<), (>=>))
import Data.Bits (shiftL, shiftR, (.&.), (.|.))
import Data.Char (isDigit, isSpace)
import Data.Functor ((<&>), ($>))

newtype Parser a = Parser { runParser :: String -> Maybe (a, String) }

instance Functor Parser where
  fmap f (Parser p) = Parser $ \s -> p s <&> \(a, rest) -> (f a, rest)

instance Applicative Parser where
  pure a = Parser $ \s -> Just (a, s)
  Parser pf <*> Parser pa = Parser $ \s -> case pf s of
    Nothing -> Nothing
    Just (f, rest) -> case pa rest of
      Nothing -> Nothing
      Just (a, rest') -> Just (f a, rest')

instance Monad Parser where
  Parser p >>= f = Parser $ \s -> p s >>= \(a, rest) -> runParser (f a) rest

instance Alternative Parser where
  empty = Parser (const Nothing)
  Parser p <|> Parser q = Parser $ \s -> p s <|> q s

infixr 6 <<>>

-- | Joins the results of two parsers.
(<<>>) :: Semigroup a => Parser a -> Parser a -> Parser a
(<<>>) = liftA2 (<>)

satisfy :: (Char -> Bool) -> Parser Char
satisfy ok = Parser $ \case
  c : rest | ok c -> Just (c, rest)
  _ -> Nothing

number :: Parser Int
number = read <$> some (satisfy isDigit) <* spaces

spaces :: Parser ()
spaces = many (satisfy isSpace) $> ()

word :: String -> Parser String
word = traverse (satisfy . (==))

both :: Parser String
both = word "<<" <<>> word ">>" <<>> word "$secret"

pipeline :: Int -> (Int, Int)
pipeline = (`shiftL` 1) >>> ((+ 1) &&& (`shiftR` 2)) >>> (negate *** id) <<< abs

effects :: Maybe Int -> Maybe Int
effects = (>>= pure . (+ 1)) >=> (Just <=< pure)

parse :: Parser a -> String -> Maybe a
parse p s = fst <$> runParser (p <* spaces) s
