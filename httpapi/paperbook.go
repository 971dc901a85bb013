package httpapi

import "github.com/gofiber/fiber/v2"

func (a *API) paperWorkbook(c *fiber.Ctx) error { return nil }
