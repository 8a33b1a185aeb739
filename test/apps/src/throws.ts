console.log("reading the sensor")
throw new Error("the sensor is broken")
